-- Further objectives and outcome constraints: numbers apart by spaces, "nan" where one is not known.
ALTER TABLE trials ADD COLUMN additional_objectives TEXT NOT NULL DEFAULT '';
ALTER TABLE trials ADD COLUMN violations TEXT NOT NULL DEFAULT '';
-- Whether every outcome constraint holds; kept for the index.
ALTER TABLE trials ADD COLUMN feasible INTEGER NOT NULL DEFAULT 1;

-- The incumbent must be feasible.
DROP INDEX trials_by_objective;
CREATE INDEX trials_by_objective ON trials (experiment_id, objective, number)
  WHERE state IN (2, 5) AND feasible = 1
  AND objective BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308;
