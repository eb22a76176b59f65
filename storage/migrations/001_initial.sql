-- The first layout of a store. Integer keys inside, readable ids outside; no column that changes at every step is indexed.
-- Never edit a released migration: add the next number.

-- Definitions by content. The same text under two ids is two rows.
CREATE TABLE definition (
  number INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  id TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (hash, id)
) STRICT;

-- Which definition of an id was saved last.
CREATE TABLE definition_latest (
  id TEXT PRIMARY KEY,
  definition INTEGER NOT NULL REFERENCES definition (number),
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The one small row of control state. revision is the optimistic lock.
CREATE TABLE instance (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  definition INTEGER NOT NULL REFERENCES definition (number),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  version INTEGER NOT NULL,
  status INTEGER NOT NULL,
  in_flight INTEGER NOT NULL,
  next_cursor INTEGER NOT NULL,
  next_scope INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  step_limit INTEGER,
  last_started_at INTEGER NOT NULL,
  execution_ms INTEGER NOT NULL,
  retry_reason INTEGER NOT NULL,
  step_limit_exceeded INTEGER NOT NULL,
  wake_at INTEGER
) STRICT;
CREATE INDEX instance_wake ON instance (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX instance_in_flight ON instance (in_flight) WHERE in_flight = 1;

-- What an instance was started with: read when it is loaded, written once.
CREATE TABLE input (
  instance INTEGER PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE TABLE cursor (
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  cursor INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  node TEXT NOT NULL,
  visit INTEGER NOT NULL,
  phase INTEGER NOT NULL,
  key TEXT NOT NULL,
  wait_kind INTEGER,
  wait_reason TEXT,
  wait_since INTEGER,
  retry_attempts INTEGER,
  retry_at INTEGER,
  payload TEXT,
  node_state TEXT,
  timer_fired INTEGER NOT NULL,
  PRIMARY KEY (instance, cursor)
) STRICT, WITHOUT ROWID;

CREATE TABLE timer (
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  cursor INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  PRIMARY KEY (instance, cursor)
) STRICT, WITHOUT ROWID;

-- last_step: the newest result of the node (step.seq), 0 for none. count 0: never entered, but it has a result.
CREATE TABLE visit (
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  node TEXT NOT NULL,
  count INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  PRIMARY KEY (instance, node)
) STRICT, WITHOUT ROWID;

-- What a node remembers between its visits.
CREATE TABLE memory (
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  scope INTEGER NOT NULL,
  node TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (instance, scope, node, name)
) STRICT, WITHOUT ROWID;

-- Append-only, one row a committed transition.
-- previous: NULL for what is no result; else the seq of the node's result before this one, 0 for the first.
-- lag: by how much `at` lies before the latest time committed so far, so that the newest row knows that time.
CREATE TABLE step (
  seq INTEGER PRIMARY KEY,
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  at INTEGER NOT NULL,
  lag INTEGER NOT NULL,
  core_version INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  node TEXT NOT NULL,
  visit INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  previous INTEGER,
  handle TEXT,
  note TEXT,
  error TEXT,
  detail TEXT,
  output TEXT,
  UNIQUE (instance, revision)
) STRICT;
