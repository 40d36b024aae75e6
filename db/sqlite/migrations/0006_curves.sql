-- The extremes of every 256 points of a metric, so that a long curve is drawn without reading them all:
-- see db/running_summary.h. Metrics that were there before have no blocks, and are read as before.
ALTER TABLE metrics ADD COLUMN has_blocks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE metrics ADD COLUMN first_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE metrics ADD COLUMN last_sequence INTEGER NOT NULL DEFAULT 0;
-- Of the block that is not full yet.
ALTER TABLE metrics ADD COLUMN lowest_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE metrics ADD COLUMN lowest REAL;
ALTER TABLE metrics ADD COLUMN highest_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE metrics ADD COLUMN highest REAL;

CREATE TABLE curve_blocks (
  metric_id INTEGER NOT NULL REFERENCES metrics (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  lowest_sequence INTEGER NOT NULL,
  lowest REAL,
  highest_sequence INTEGER NOT NULL,
  highest REAL,
  PRIMARY KEY (metric_id, number)
) WITHOUT ROWID;
