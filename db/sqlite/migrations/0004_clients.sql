-- Trials that clients run, and trials added by hand: see TrialRecord in db/store.h.
ALTER TABLE trials ADD COLUMN waits_for_room INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trials ADD COLUMN worker TEXT NOT NULL DEFAULT '';
ALTER TABLE trials ADD COLUMN lease TEXT NOT NULL DEFAULT '';
ALTER TABLE trials ADD COLUMN lease_seconds REAL NOT NULL DEFAULT 0;

-- What experiments are listed by, out of the document, so that a list need not read every document;
-- empty and 0 when the document is damaged.
ALTER TABLE experiments ADD COLUMN algorithm TEXT NOT NULL DEFAULT '';
ALTER TABLE experiments ADD COLUMN is_maximized INTEGER NOT NULL DEFAULT 0;
UPDATE experiments SET
  algorithm = coalesce(json_extract(document, '$.spec.algorithm.algorithmName'), ''),
  is_maximized = coalesce(json_extract(document, '$.spec.objective.type'), '') = 'maximize'
WHERE json_valid(document);
