-- Times are microseconds since 1970, UTC; NULL means "not yet". A NULL number in a REAL column is NaN,
-- since SQLite stores none.

CREATE TABLE experiments (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  name_space TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  seed INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  paused INTEGER NOT NULL,
  stop_requested INTEGER NOT NULL,
  delete_requested INTEGER NOT NULL,
  suggestions_exhausted INTEGER NOT NULL,
  work_dir TEXT NOT NULL,
  created INTEGER,
  started INTEGER,
  completed INTEGER,
  version INTEGER NOT NULL,
  UNIQUE (name_space, name)
);
CREATE INDEX experiments_by_age ON experiments (created, uid);

CREATE TABLE trials (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  parameters TEXT NOT NULL,
  labels TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  has_objective INTEGER NOT NULL,
  objective REAL,
  handle TEXT NOT NULL,
  collected_bytes INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  created INTEGER,
  started INTEGER,
  completed INTEGER,
  point_count INTEGER NOT NULL DEFAULT 0,
  UNIQUE (experiment_id, number),
  UNIQUE (experiment_id, name)
);
CREATE INDEX trials_by_name ON trials (name);
-- Pending and running trials, found without reading the finished ones.
CREATE INDEX active_trials ON trials (experiment_id, number) WHERE state < 2;
-- Succeeded and early-stopped trials with a finite objective: the incumbent is at one end.
CREATE INDEX trials_by_objective ON trials (experiment_id, objective, number)
  WHERE state IN (2, 5) AND objective BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308;

-- Counted as they change, so that reconciling never reads all trials.
CREATE TABLE trial_counts (
  experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (experiment_id, state)
) WITHOUT ROWID;
CREATE TRIGGER count_new_trial AFTER INSERT ON trials BEGIN
  INSERT INTO trial_counts VALUES (new.experiment_id, new.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER count_changed_trial AFTER UPDATE OF state ON trials WHEN old.state <> new.state BEGIN
  UPDATE trial_counts SET count = count - 1
    WHERE experiment_id = old.experiment_id AND state = old.state;
  INSERT INTO trial_counts VALUES (new.experiment_id, new.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

-- One row for each metric of a trial, with its summary.
CREATE TABLE metrics (
  id INTEGER PRIMARY KEY,
  trial_id INTEGER NOT NULL REFERENCES trials (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  min REAL,
  max REAL,
  latest REAL,
  count INTEGER NOT NULL,
  UNIQUE (trial_id, name)
);

CREATE TABLE points (
  trial_id INTEGER NOT NULL REFERENCES trials (id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  metric_id INTEGER NOT NULL,
  time INTEGER NOT NULL,
  value REAL,
  step INTEGER NOT NULL,
  PRIMARY KEY (trial_id, sequence)
) WITHOUT ROWID;

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
  trial_uid TEXT NOT NULL,
  time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL
);
CREATE INDEX events_of_experiment ON events (experiment_id, sequence);
