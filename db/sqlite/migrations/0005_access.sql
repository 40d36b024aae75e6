-- Who may call, and who changed what: see db/access_store.h.
CREATE TABLE tokens (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  secret_hash TEXT NOT NULL,
  role INTEGER NOT NULL,
  namespaces TEXT NOT NULL,  -- apart by spaces
  description TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER,
  revoked INTEGER,
  last_used INTEGER
);

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL,
  caller TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  name_space TEXT NOT NULL,
  object TEXT NOT NULL,
  outcome TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (time);
CREATE INDEX audit_by_namespace ON audit (name_space, sequence);

-- One row: the key that the tokens of trials are made with.
CREATE TABLE server_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  key TEXT NOT NULL
);
