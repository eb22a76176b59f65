-- Timers by the calendar beside those that run on when the wall clock is set. line: core::timeline. wake_on: the earliest
-- of the calendar, as wake_at is of the others.
ALTER TABLE timer ADD COLUMN line INTEGER NOT NULL DEFAULT 0;
ALTER TABLE instance ADD COLUMN wake_on INTEGER;
CREATE INDEX instance_wake_on ON instance (wake_on) WHERE wake_on IS NOT NULL;

-- By how much the other timelines are ahead of the steady one. No row, or one: the wall clock was never set.
CREATE TABLE clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  engine_ms INTEGER NOT NULL,
  calendar_ms INTEGER NOT NULL
) STRICT;

-- By how much the other timelines were behind `at`; NULL: they were the same.
ALTER TABLE step ADD COLUMN steady_lag INTEGER;
ALTER TABLE step ADD COLUMN calendar_lag INTEGER;
