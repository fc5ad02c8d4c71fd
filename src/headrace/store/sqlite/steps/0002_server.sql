-- What a server keeps: more of each run, recurring runs, tenants, notifications; and what lists
-- are searched by.

ALTER TABLE documents ADD COLUMN put_at REAL NOT NULL DEFAULT 0;

ALTER TABLE runs ADD COLUMN description TEXT NOT NULL DEFAULT '';

ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

ALTER TABLE runs ADD COLUMN pipeline_id TEXT;

ALTER TABLE runs ADD COLUMN version_id TEXT;

ALTER TABLE runs ADD COLUMN recurring_run_id TEXT;

ALTER TABLE runs ADD COLUMN scheduled_at REAL;

ALTER TABLE runs ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}';

ALTER TABLE runs ADD COLUMN pipeline_root TEXT NOT NULL DEFAULT '';

ALTER TABLE runs ADD COLUMN service_account TEXT NOT NULL DEFAULT '';

ALTER TABLE runs ADD COLUMN submitted_by TEXT NOT NULL DEFAULT '';

ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';

CREATE INDEX runs_by_document ON runs (document);

CREATE INDEX runs_by_name ON runs (namespace, display_name);

CREATE INDEX runs_by_start ON runs (namespace, started_at);

CREATE INDEX runs_by_end ON runs (namespace, finished_at);

CREATE INDEX runs_by_submitter ON runs (namespace, submitted_by, created_at);

CREATE INDEX runs_of_recurring ON runs (recurring_run_id, created_at)
WHERE recurring_run_id IS NOT NULL;

CREATE INDEX runs_of_pipeline ON runs (pipeline_id, created_at) WHERE pipeline_id IS NOT NULL;

CREATE INDEX runs_of_version ON runs (version_id, created_at) WHERE version_id IS NOT NULL;

-- Numbers have both columns, all other values the text alone.
CREATE TABLE run_parameters (
  run INTEGER NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  num REAL,
  text TEXT NOT NULL,
  PRIMARY KEY (run, name)
) WITHOUT ROWID;

CREATE INDEX run_parameters_by_number ON run_parameters (name, num, run) WHERE num IS NOT NULL;

CREATE INDEX run_parameters_by_text ON run_parameters (name, text, run);

-- Of runs, pipelines and versions, by kind and by the number of the row.
CREATE TABLE tags (
  kind TEXT NOT NULL,
  owner INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, owner, name)
) WITHOUT ROWID;

CREATE INDEX tags_by_value ON tags (kind, name, value, owner);

CREATE INDEX metrics_by_value ON metrics (name, value, run);

CREATE INDEX cache_entries_by_run ON cache_entries (run);

CREATE INDEX versions_by_document ON versions (document);

-- Which documents the rows of a run refer to, beside its own.
CREATE TABLE document_uses (
  run INTEGER NOT NULL REFERENCES runs (id),
  digest TEXT NOT NULL,
  PRIMARY KEY (run, digest)
) WITHOUT ROWID;

CREATE INDEX document_uses_by_digest ON document_uses (digest);

ALTER TABLE pipelines ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';

ALTER TABLE versions ADD COLUMN code_source_url TEXT NOT NULL DEFAULT '';

ALTER TABLE versions ADD COLUMN package_url TEXT NOT NULL DEFAULT '';

ALTER TABLE versions ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';

-- Runs named their experiment; from here on they hold its id.
UPDATE experiments SET id = 'default-' || namespace
WHERE namespace != '' AND id = namespace || '/default';

UPDATE experiments SET name = 'Default'
WHERE name = 'default' AND NOT EXISTS (
  SELECT 1 FROM experiments AS other
  WHERE other.namespace = experiments.namespace AND other.name = 'Default'
);

INSERT INTO experiments (id, namespace, name, created_at, display_name, description, archived)
VALUES ('default', '', 'Default', 0, '', '', 0)
ON CONFLICT DO NOTHING;

UPDATE runs SET experiment = (
  SELECT id FROM experiments
  WHERE experiments.namespace = runs.namespace AND experiments.name = runs.experiment
)
WHERE EXISTS (
  SELECT 1 FROM experiments
  WHERE experiments.namespace = runs.namespace AND experiments.name = runs.experiment
);

UPDATE runs SET experiment = experiment || '-' || namespace
WHERE namespace != '' AND NOT EXISTS (
  SELECT 1 FROM experiments
  WHERE experiments.namespace = runs.namespace AND experiments.id = runs.experiment
);

INSERT INTO experiments (id, namespace, name, created_at, display_name, description, archived)
SELECT
  experiment, namespace,
  CASE
    WHEN experiment = 'default-' || namespace THEN 'Default'
    WHEN namespace = '' THEN experiment
    ELSE substr(experiment, 1, length(experiment) - length(namespace) - 1)
  END,
  min(created_at), '', '', 0
FROM runs
WHERE NOT EXISTS (
  SELECT 1 FROM experiments
  WHERE experiments.namespace = runs.namespace AND experiments.id = runs.experiment
)
GROUP BY namespace, experiment
ON CONFLICT DO NOTHING;

UPDATE runs SET
  parameters = coalesce((
    SELECT json_extract(event, '$.parameters') FROM journal WHERE run = runs.id AND seq = 1
  ), '{}'),
  pipeline_root = coalesce((
    SELECT json_extract(event, '$.pipeline_root') FROM journal WHERE run = runs.id AND seq = 1
  ), '');

INSERT INTO run_parameters (run, name, num, text)
SELECT runs.id, p.key,
  CASE WHEN p.type IN ('integer', 'real') THEN p.atom END,
  CASE p.type
    WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN 'null'
    ELSE substr(p.value, 1, 256)
  END
FROM runs, json_each(runs.parameters) AS p
WHERE 1
ON CONFLICT DO NOTHING;

INSERT INTO document_uses (run, digest)
SELECT run, substr(value, 2) FROM (
  SELECT id AS run, options AS value FROM runs
  UNION SELECT id, outputs FROM runs
  UNION SELECT run, inputs FROM tasks
  UNION SELECT run, outputs FROM tasks
  UNION SELECT run, cache_fields FROM tasks
  UNION SELECT run, error FROM tasks
  UNION SELECT run, error FROM attempts
  UNION SELECT run, metadata FROM artifacts
  UNION SELECT run, fields FROM cache_entries
  UNION SELECT run, outputs FROM cache_entries
  UNION SELECT run, data FROM events
) WHERE value LIKE '@%'
ON CONFLICT DO NOTHING;

INSERT INTO document_uses (run, digest)
SELECT runs.id, documents.digest
FROM runs
LEFT JOIN documents AS large ON runs.options LIKE '@%' AND large.digest = substr(runs.options, 2),
json_tree(CASE WHEN runs.options LIKE '@%' THEN CAST(large.body AS TEXT) ELSE runs.options END) AS o
JOIN documents ON documents.digest = o.atom
WHERE 1
ON CONFLICT DO NOTHING;

CREATE TABLE recurring_runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  namespace TEXT NOT NULL,
  experiment TEXT NOT NULL,
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  pipeline_id TEXT,
  version_id TEXT,
  document TEXT REFERENCES documents (digest),
  parameters TEXT NOT NULL,
  pipeline_root TEXT NOT NULL,
  service_account TEXT NOT NULL,
  max_concurrency INTEGER NOT NULL,
  trigger_json TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  catchup INTEGER NOT NULL,
  options TEXT NOT NULL,
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL,
  created_by TEXT NOT NULL,
  last_tick_at REAL,
  next_tick_at REAL,
  ticks INTEGER NOT NULL,
  error TEXT
);

CREATE INDEX recurring_runs_due ON recurring_runs (next_tick_at) WHERE next_tick_at IS NOT NULL;

CREATE INDEX recurring_runs_by_document ON recurring_runs (document);

-- Which documents the options of a recurring run refer to.
CREATE TABLE recurring_document_uses (
  recurring_run_id TEXT NOT NULL REFERENCES recurring_runs (id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  PRIMARY KEY (recurring_run_id, digest)
) WITHOUT ROWID;

CREATE INDEX recurring_document_uses_by_digest ON recurring_document_uses (digest);

CREATE TABLE namespaces (
  name TEXT NOT NULL PRIMARY KEY,
  created_at REAL NOT NULL,
  description TEXT NOT NULL,
  quota TEXT NOT NULL,
  service_accounts TEXT NOT NULL
);

CREATE TABLE members (
  namespace TEXT NOT NULL REFERENCES namespaces (name) ON DELETE CASCADE,
  user_name TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (namespace, user_name)
) WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_name);

CREATE TABLE tokens (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  user_name TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  created_at REAL NOT NULL,
  scopes TEXT NOT NULL,
  namespace TEXT,
  role TEXT,
  expires_at REAL,
  last_used_at REAL,
  revoked_at REAL
);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  user_name TEXT NOT NULL,
  action TEXT NOT NULL,
  kind TEXT NOT NULL,
  resource TEXT NOT NULL,
  namespace TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  address TEXT NOT NULL
);

CREATE INDEX audit_by_time ON audit (at);

CREATE INDEX audit_by_namespace ON audit (namespace, at);

CREATE TABLE webhooks (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  created_at REAL NOT NULL,
  format TEXT NOT NULL,
  states TEXT NOT NULL,
  pipelines TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  secret BLOB
);

CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event_id INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at REAL NOT NULL,
  attempts INTEGER NOT NULL,
  next_at REAL NOT NULL,
  state TEXT NOT NULL,
  error TEXT
);

CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';

CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id);

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
);

-- How far those have come who follow the history.
CREATE TABLE cursors (
  name TEXT NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL
);

INSERT INTO cursors (name, position)
SELECT 'deliveries', coalesce(max(id), 0) FROM events WHERE 1;
