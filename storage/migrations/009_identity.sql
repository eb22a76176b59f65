-- Whose keys: the identity of the store is in every idempotency key that is made from now on. Kept by backup and restore; a
-- copy that goes on elsewhere needs another one.
CREATE TABLE identity (
  id INTEGER PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
INSERT INTO identity (id, value) VALUES (1, lower(hex(randomblob(16))));

-- When a visit's pauses for something from outside end, whatever later pauses say; deadline_line: core::timeline.
ALTER TABLE cursor ADD COLUMN deadline_at INTEGER;
ALTER TABLE cursor ADD COLUMN deadline_ms INTEGER;
ALTER TABLE cursor ADD COLUMN deadline_line INTEGER;

-- Which step brought the key, and when: old ones are forgotten. 0 for those of earlier formats, which are the oldest.
ALTER TABLE signal_key ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signal_key ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX signal_key_age ON signal_key (instance, number);
