-- Signals that came before anything waited for them, by the revision that brought them; what is left when the instance
-- ends stays. Names and payloads may be encrypted.
CREATE TABLE signal (
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  payload TEXT,
  payload_key INTEGER,
  PRIMARY KEY (instance, number)
) STRICT, WITHOUT ROWID;

-- Of all signals that ever came with one: a second one of the same key changes nothing.
CREATE TABLE signal_key (
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  PRIMARY KEY (instance, key)
) STRICT, WITHOUT ROWID;

-- wait_order: the revision that began the wait. wait_signals: a JSON list of the names that end it. signal: which one
-- brought the payload.
ALTER TABLE cursor ADD COLUMN wait_order INTEGER;
ALTER TABLE cursor ADD COLUMN wait_signals TEXT;
ALTER TABLE cursor ADD COLUMN signal TEXT;

-- What starts instances on time. last_due: every run up to there was decided about. next_due: NULL while paused. pending:
-- JSON array of due times of runs that were accepted and have not started; NULL for none. input and labels are encrypted
-- as payload_key says.
CREATE TABLE schedule (
  id TEXT PRIMARY KEY,
  definition_id TEXT NOT NULL,
  cron TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  every_ms INTEGER NOT NULL,
  anchor INTEGER NOT NULL,
  overlap INTEGER NOT NULL,
  missed_policy INTEGER NOT NULL,
  window_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  input TEXT NOT NULL,
  labels TEXT,
  payload_key INTEGER,
  revision INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  last_due INTEGER NOT NULL,
  next_due INTEGER,
  pending TEXT,
  started INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  last_instance TEXT NOT NULL,
  last_error TEXT NOT NULL
) STRICT;
CREATE INDEX schedule_due ON schedule (next_due, id) WHERE next_due IS NOT NULL;
CREATE INDEX schedule_pending ON schedule (id) WHERE pending IS NOT NULL;
