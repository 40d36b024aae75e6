-- Times are microseconds since 1970, UTC; NULL means "not yet". Text is compared by its bytes.

CREATE TABLE experiments (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid TEXT COLLATE "C" NOT NULL UNIQUE,
  name_space TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  document TEXT NOT NULL,
  seed BIGINT NOT NULL,
  state BIGINT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  paused BOOLEAN NOT NULL,
  stop_requested BOOLEAN NOT NULL,
  delete_requested BOOLEAN NOT NULL,
  suggestions_exhausted BOOLEAN NOT NULL,
  work_dir TEXT NOT NULL,
  created BIGINT,
  started BIGINT,
  completed BIGINT,
  version BIGINT NOT NULL,
  -- What experiments are listed by, out of the document; empty and false when that is damaged.
  algorithm TEXT COLLATE "C" NOT NULL,
  is_maximized BOOLEAN NOT NULL,
  UNIQUE (name_space, name)
);
CREATE INDEX experiments_by_age ON experiments (created, uid);
CREATE INDEX active_experiments ON experiments (id)
  WHERE state < 3 OR stop_requested OR delete_requested;

CREATE TABLE trials (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid TEXT COLLATE "C" NOT NULL UNIQUE,
  experiment_id BIGINT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  parameters TEXT NOT NULL,
  labels TEXT NOT NULL,
  state BIGINT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  has_objective BOOLEAN NOT NULL,
  objective DOUBLE PRECISION,
  -- Numbers apart by spaces, "nan" where one is not known.
  additional_objectives TEXT NOT NULL,
  violations TEXT NOT NULL,
  -- Whether every outcome constraint holds; kept for the index.
  feasible BOOLEAN NOT NULL,
  handle TEXT NOT NULL,
  collected_bytes BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  waits_for_room BOOLEAN NOT NULL,
  worker TEXT NOT NULL,
  lease TEXT NOT NULL,
  lease_seconds DOUBLE PRECISION NOT NULL,
  created BIGINT,
  started BIGINT,
  completed BIGINT,
  point_count BIGINT NOT NULL DEFAULT 0,
  UNIQUE (experiment_id, number),
  UNIQUE (experiment_id, name)
) WITH (fillfactor = 80);
CREATE INDEX trials_by_name ON trials (name);
-- Pending and running trials, found without reading the finished ones.
CREATE INDEX active_trials ON trials (experiment_id, number) WHERE state < 2;
-- Succeeded and early-stopped trials with a finite objective: the incumbent is at one end.
CREATE INDEX trials_by_objective ON trials (experiment_id, objective, number)
  WHERE state IN (2, 5) AND feasible
  AND objective BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308;

-- Counted as they change, so that reconciling never reads all trials.
CREATE TABLE trial_counts (
  experiment_id BIGINT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
  state BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (experiment_id, state)
) WITH (fillfactor = 50);
CREATE FUNCTION count_trial() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE trial_counts SET count = count - 1
      WHERE experiment_id = old.experiment_id AND state = old.state;
  END IF;
  INSERT INTO trial_counts AS c VALUES (new.experiment_id, new.state, 1)
    ON CONFLICT (experiment_id, state) DO UPDATE SET count = c.count + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER count_new_trial AFTER INSERT ON trials
  FOR EACH ROW EXECUTE FUNCTION count_trial();
CREATE TRIGGER count_changed_trial AFTER UPDATE OF state ON trials
  FOR EACH ROW WHEN (old.state <> new.state) EXECUTE FUNCTION count_trial();

-- One row for each metric of a trial, with its summary.
CREATE TABLE metrics (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  trial_id BIGINT NOT NULL REFERENCES trials (id) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  min DOUBLE PRECISION NOT NULL,
  max DOUBLE PRECISION NOT NULL,
  latest DOUBLE PRECISION NOT NULL,
  count BIGINT NOT NULL,
  text TEXT,
  -- The sequences of its first and last point, and its curve's block that is not full yet.
  first_sequence BIGINT NOT NULL,
  last_sequence BIGINT NOT NULL,
  lowest_sequence BIGINT NOT NULL,
  lowest DOUBLE PRECISION NOT NULL,
  highest_sequence BIGINT NOT NULL,
  highest DOUBLE PRECISION NOT NULL,
  UNIQUE (trial_id, name)
) WITH (fillfactor = 80);

-- The extremes of every 256 points of a metric: see db/running_summary.h.
CREATE TABLE curve_blocks (
  metric_id BIGINT NOT NULL REFERENCES metrics (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  lowest_sequence BIGINT NOT NULL,
  lowest DOUBLE PRECISION NOT NULL,
  highest_sequence BIGINT NOT NULL,
  highest DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (metric_id, number)
);

-- Without a reference to its trial, which would be looked up for every point: they are deleted
-- together.
CREATE TABLE points (
  trial_id BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  metric_id BIGINT NOT NULL,
  time BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  step BIGINT NOT NULL,
  text TEXT,
  PRIMARY KEY (trial_id, sequence)
);

CREATE TABLE events (
  sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  experiment_id BIGINT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
  trial_uid TEXT COLLATE "C" NOT NULL,
  time BIGINT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL
);
CREATE INDEX events_of_experiment ON events (experiment_id, sequence);

-- Servers that share the experiments. One whose time is over is taken out of here by whoever takes
-- its experiments.
CREATE TABLE servers (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- A boot of a machine, whose sockets others on it reach.
  machine TEXT NOT NULL,
  private_address TEXT NOT NULL,
  public_address TEXT NOT NULL,
  expires TIMESTAMPTZ NOT NULL
);
-- Who reconciles an experiment; free where that server is not there any more. The fence grows with
-- each take-over, and every commit of a holder is held against it.
CREATE TABLE leases (
  experiment_id BIGINT PRIMARY KEY REFERENCES experiments (id) ON DELETE CASCADE,
  server_id BIGINT NOT NULL,
  fence BIGINT NOT NULL
);
