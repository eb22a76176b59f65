-- Instances that were removed: their ids are free, nothing reads them any more (revision -1), and their rows are erased
-- piece by piece. The holders of the highest key and of the newest step stay until there is something newer.
CREATE TABLE removed (
  instance INTEGER PRIMARY KEY REFERENCES instance (id) ON DELETE CASCADE
) STRICT;
