-- Documents are stored once: IR, and values too large for a row. The digest is of the body.
CREATE TABLE documents (
  digest TEXT NOT NULL PRIMARY KEY,
  body BLOB NOT NULL
);

-- `id` is the order of submission and stands for the run in all other tables.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL UNIQUE,
  namespace TEXT NOT NULL,
  pipeline TEXT NOT NULL,
  display_name TEXT NOT NULL,
  experiment TEXT NOT NULL,
  source TEXT NOT NULL,
  document TEXT NOT NULL REFERENCES documents (digest),
  options TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at REAL NOT NULL,
  started_at REAL,
  finished_at REAL,
  outputs TEXT,
  error TEXT
);

-- Lists show the newest first; each index ends in the order of the list.
CREATE INDEX runs_by_time ON runs (created_at);

CREATE INDEX runs_by_namespace ON runs (namespace, created_at);

CREATE INDEX runs_by_pipeline ON runs (namespace, pipeline, created_at);

CREATE INDEX runs_by_experiment ON runs (namespace, experiment, created_at);

CREATE INDEX runs_by_state ON runs (namespace, state, created_at);

CREATE INDEX runs_unfinished ON runs (state) WHERE state IN ('pending', 'running', 'canceling');

CREATE TABLE leases (
  run INTEGER NOT NULL PRIMARY KEY REFERENCES runs (id),
  owner TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  expires_at REAL NOT NULL
);

CREATE TABLE journal (
  run INTEGER NOT NULL REFERENCES runs (id),
  seq INTEGER NOT NULL,
  at REAL NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (run, seq)
) WITHOUT ROWID;

CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs (id),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at REAL NOT NULL,
  consumed_at REAL
);

CREATE INDEX requests_open ON requests (run) WHERE consumed_at IS NULL;

-- `id` is the order in which the task runs came into being.
CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (id),
  path TEXT NOT NULL,
  parent TEXT NOT NULL,
  name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  component TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  cached INTEGER NOT NULL,
  cache_key TEXT,
  cache_fields TEXT,
  cache_source TEXT,
  attempts INTEGER NOT NULL,
  iteration INTEGER,
  created_at REAL,
  started_at REAL,
  finished_at REAL,
  inputs TEXT,
  outputs TEXT,
  error TEXT,
  UNIQUE (run, path)
);

CREATE TABLE attempts (
  run INTEGER NOT NULL REFERENCES runs (id),
  path TEXT NOT NULL,
  number INTEGER NOT NULL,
  state TEXT NOT NULL,
  created_at REAL NOT NULL,
  started_at REAL,
  finished_at REAL,
  place TEXT NOT NULL,
  error TEXT,
  usage TEXT,
  PRIMARY KEY (run, path, number)
) WITHOUT ROWID;

CREATE TABLE artifacts (
  id INTEGER PRIMARY KEY,
  artifact_id TEXT NOT NULL UNIQUE,
  run INTEGER NOT NULL REFERENCES runs (id),
  path TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  name TEXT NOT NULL,
  schema_title TEXT NOT NULL,
  schema_version TEXT NOT NULL,
  uri TEXT NOT NULL,
  digest TEXT,
  size INTEGER,
  metadata TEXT NOT NULL,
  custom_path TEXT,
  created_at REAL NOT NULL
);

CREATE INDEX artifacts_by_run ON artifacts (run);

CREATE TABLE uses (
  run INTEGER NOT NULL REFERENCES runs (id),
  path TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  artifact_id TEXT NOT NULL,
  PRIMARY KEY (run, path, role, name, artifact_id)
) WITHOUT ROWID;

CREATE INDEX uses_by_artifact ON uses (artifact_id);

CREATE TABLE metrics (
  run INTEGER NOT NULL REFERENCES runs (id),
  path TEXT NOT NULL,
  artifact TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (run, path, artifact, name)
) WITHOUT ROWID;

-- The history for people. Ids are never used again, so that feeds can resume.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs (id),
  at REAL NOT NULL,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  message TEXT NOT NULL,
  data TEXT
);

CREATE INDEX events_by_run ON events (run);

CREATE TABLE cache_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  namespace TEXT NOT NULL,
  key TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES runs (id),
  pipeline TEXT NOT NULL,
  path TEXT NOT NULL,
  component TEXT NOT NULL,
  fields TEXT NOT NULL,
  outputs TEXT NOT NULL,
  created_at REAL NOT NULL,
  UNIQUE (namespace, key)
);

CREATE INDEX cache_entries_by_task ON cache_entries (namespace, pipeline, path);

CREATE INDEX cache_entries_by_component ON cache_entries (namespace, component);

CREATE TABLE pipelines (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at REAL NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  UNIQUE (namespace, name)
);

CREATE TABLE versions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  pipeline_id TEXT NOT NULL REFERENCES pipelines (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  document TEXT NOT NULL REFERENCES documents (digest),
  created_at REAL NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  source TEXT NOT NULL,
  UNIQUE (pipeline_id, name)
);

CREATE TABLE experiments (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at REAL NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  archived INTEGER NOT NULL,
  UNIQUE (namespace, name)
);
