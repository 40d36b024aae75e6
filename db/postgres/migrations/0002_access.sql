-- Who may call, and who changed what: see db/access_store.h.
CREATE TABLE tokens (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  secret_hash TEXT NOT NULL,
  role BIGINT NOT NULL,
  namespaces TEXT NOT NULL,  -- apart by spaces
  description TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT,
  revoked BIGINT,
  last_used BIGINT
);

CREATE TABLE audit (
  sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  time BIGINT NOT NULL,
  caller TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  name_space TEXT COLLATE "C" NOT NULL,
  object TEXT NOT NULL,
  outcome TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (time);
CREATE INDEX audit_by_namespace ON audit (name_space, sequence);

-- One row: the key that the tokens of trials are made with.
CREATE TABLE server_key (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  key TEXT NOT NULL
);
