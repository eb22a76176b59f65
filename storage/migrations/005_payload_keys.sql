-- Rows whose texts are encrypted say so by the number of the key (README.md says which columns); NULL: plain text, as
-- all rows were before. A mark of its own, so that no text, whatever it holds, is taken for a ciphertext.
ALTER TABLE input ADD COLUMN payload_key INTEGER;
ALTER TABLE cursor ADD COLUMN payload_key INTEGER;
ALTER TABLE memory ADD COLUMN payload_key INTEGER;
ALTER TABLE step ADD COLUMN payload_key INTEGER;
ALTER TABLE label ADD COLUMN payload_key INTEGER;
ALTER TABLE secret_audit ADD COLUMN payload_key INTEGER;

-- No row, or one: this store's own id, and which sealed store of secrets has the keys.
CREATE TABLE payload_store (
  id TEXT PRIMARY KEY,
  sealed_store TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The keys that rows were encrypted with. The fingerprint tells a key from another of the same number.
CREATE TABLE payload_key (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL
) STRICT;
