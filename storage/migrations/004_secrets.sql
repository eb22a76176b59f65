-- What the host says of an instance when it is started: policies of secrets go by it.
CREATE TABLE label (
  instance INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (instance, name)
) STRICT, WITHOUT ROWID;

-- Who asked for which secret, and what the answer was; the newest 100,000. Holds no secret. Outlives the instance.
CREATE TABLE secret_audit (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  instance_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  visit INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  slot TEXT NOT NULL,
  secret TEXT NOT NULL,
  version TEXT NOT NULL,
  destination TEXT NOT NULL,
  allowed INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;

-- How far each sealed store of secrets has come, so that an older copy of one is noticed.
CREATE TABLE sealed_store (
  id TEXT PRIMARY KEY,
  generation INTEGER NOT NULL,
  mac TEXT NOT NULL
) STRICT, WITHOUT ROWID;
