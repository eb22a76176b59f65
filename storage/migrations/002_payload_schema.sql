-- What a payload for the visit must fit: JSON Schema as text, from the visit's last pause.
ALTER TABLE cursor ADD COLUMN payload_schema TEXT;
