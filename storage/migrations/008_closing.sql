-- Instances that are, or were, ended from outside, and as what. The reason is encrypted as payload_key says. The timer of
-- an instance as a whole, its timeout or the grace of its end, is a row of `timer` with the cursor 0.
CREATE TABLE closing (
  instance INTEGER PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE,
  end_status INTEGER NOT NULL,
  reason TEXT,
  payload_key INTEGER
) STRICT;
