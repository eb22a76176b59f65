-- Versions of definitions may be removed once no instance was started from them. The index finds such instances.
CREATE INDEX instance_definition ON instance (definition);
CREATE INDEX definition_id ON definition (id);

-- What removed instances stand on until their rows are erased: nothing that anybody loaded.
INSERT INTO definition (number, hash, id, text) VALUES (0, '', '', '');
UPDATE instance SET definition = 0 WHERE id IN (SELECT instance FROM removed);

-- Whose id it is, as the host says; empty: nobody's. Instances have the owner of their definition's id.
ALTER TABLE definition_latest ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE secret_audit ADD COLUMN owner TEXT NOT NULL DEFAULT '';
