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
