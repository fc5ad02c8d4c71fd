-- name: run
UPDATE runs SET
  state = ?,
  started_at = coalesce(?, started_at),
  finished_at = ?,
  outputs = coalesce(?, outputs),
  error = ?
WHERE id = ?

-- name: task_removed
DELETE FROM tasks WHERE run = ? AND path = ?

-- name: task
INSERT INTO tasks (
  run, path, parent, name, display_name, component, kind, state, reason, cached, cache_key,
  cache_fields, cache_source, attempts, iteration, created_at, started_at, finished_at, inputs,
  outputs, error
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, path) DO UPDATE SET
  parent = excluded.parent, name = excluded.name, display_name = excluded.display_name,
  component = excluded.component, kind = excluded.kind, state = excluded.state,
  reason = excluded.reason, cached = excluded.cached, cache_key = excluded.cache_key,
  cache_fields = excluded.cache_fields, cache_source = excluded.cache_source,
  attempts = excluded.attempts, iteration = excluded.iteration, created_at = excluded.created_at,
  started_at = excluded.started_at, finished_at = excluded.finished_at, inputs = excluded.inputs,
  outputs = excluded.outputs, error = excluded.error

-- name: attempt
INSERT INTO attempts (
  run, path, number, state, created_at, started_at, finished_at, place, error, usage
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run, path, number) DO UPDATE SET
  state = excluded.state, created_at = excluded.created_at, started_at = excluded.started_at,
  finished_at = excluded.finished_at, place = excluded.place, error = excluded.error,
  usage = excluded.usage

-- name: artifact
INSERT INTO artifacts (
  artifact_id, run, path, attempt, name, schema_title, schema_version, uri, digest, size, metadata,
  custom_path, created_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (artifact_id) DO NOTHING

-- name: use
INSERT INTO uses (run, path, role, name, artifact_id) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING

-- name: metric
INSERT INTO metrics (run, path, artifact, name, value) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (run, path, artifact, name) DO UPDATE SET value = excluded.value

-- name: cache_removed
DELETE FROM cache_entries WHERE namespace = ? AND key = ?

-- name: cache
INSERT INTO cache_entries (
  namespace, key, run, pipeline, path, component, fields, outputs, created_at
) VALUES (
  ?, ?, ?, ?, ?, coalesce((SELECT component FROM tasks WHERE run = ? AND path = ?), ''), ?, ?, ?
)

-- name: event
INSERT INTO events (run, at, kind, path, message, data) VALUES (?, ?, ?, ?, ?, ?)
