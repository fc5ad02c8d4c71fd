-- name: run_columns
SELECT runs.run_id, runs.id, runs.namespace, runs.pipeline, runs.display_name, runs.experiment,
  runs.source, runs.document, runs.options, runs.state, runs.created_at, runs.started_at,
  runs.finished_at, runs.outputs, runs.error, runs.description, runs.archived, runs.pipeline_id,
  runs.version_id, runs.recurring_run_id, runs.scheduled_at, runs.parameters, runs.pipeline_root,
  runs.service_account, runs.submitted_by, runs.tags

-- name: run_source
FROM runs

-- name: run
WHERE run_id = :run_id AND (:namespace IS NULL OR namespace = :namespace)

-- name: run_by_prefix
WHERE run_id >= :prefix AND run_id < :after AND (:namespace IS NULL OR namespace = :namespace)
ORDER BY run_id LIMIT 5

-- name: tasks
SELECT path, parent, name, display_name, component, kind, state, reason, cached, cache_key,
  cache_fields, cache_source, attempts, iteration, created_at, started_at, finished_at, inputs,
  outputs, error, id
FROM tasks WHERE run = ? ORDER BY id

-- name: task_at
SELECT path, parent, name, display_name, component, kind, state, reason, cached, cache_key,
  cache_fields, cache_source, attempts, iteration, created_at, started_at, finished_at, inputs,
  outputs, error, id
FROM tasks WHERE run = ? AND path = ?

-- name: attempts
SELECT path, number, state, created_at, started_at, finished_at, place, error, usage
FROM attempts WHERE run = :run ORDER BY path, number

-- name: attempts_of
SELECT path, number, state, created_at, started_at, finished_at, place, error, usage
FROM attempts WHERE run = :run AND path = :path ORDER BY number

-- name: artifact_columns
SELECT artifacts.artifact_id, runs.run_id, artifacts.path, artifacts.attempt, artifacts.name,
  artifacts.schema_title, artifacts.schema_version, artifacts.uri, artifacts.digest,
  artifacts.size, artifacts.metadata, artifacts.custom_path, artifacts.created_at

-- name: artifact_source
FROM artifacts JOIN runs ON runs.id = artifacts.run

-- name: artifacts
WHERE artifacts.run = ? ORDER BY artifacts.id

-- name: artifact
WHERE artifacts.artifact_id = :artifact_id
AND (:namespace IS NULL OR runs.namespace = :namespace)

-- name: artifact_uris
SELECT uri FROM artifacts ORDER BY id

-- name: uses_of_run
SELECT runs.run_id, uses.path, uses.role, uses.name, uses.artifact_id
FROM uses JOIN runs ON runs.id = uses.run
WHERE uses.run = :run AND (:artifact_id IS NULL OR uses.artifact_id = :artifact_id)
AND (:namespace IS NULL OR runs.namespace = :namespace)
ORDER BY uses.path, uses.role, uses.name, uses.artifact_id

-- name: uses_of_artifact
SELECT runs.run_id, uses.path, uses.role, uses.name, uses.artifact_id
FROM uses JOIN runs ON runs.id = uses.run
WHERE uses.artifact_id = :artifact_id
AND (:namespace IS NULL OR runs.namespace = :namespace)
ORDER BY uses.run, uses.path, uses.role, uses.name

-- name: metrics
SELECT path, artifact, name, value FROM metrics WHERE run = ? ORDER BY path, artifact, name

-- name: metrics_of
SELECT runs.run_id, metrics.path, metrics.artifact, metrics.name, metrics.value
FROM runs JOIN metrics ON metrics.run = runs.id
WHERE runs.run_id IN (SELECT value FROM json_each(?))
ORDER BY runs.id, metrics.path, metrics.artifact, metrics.name

-- name: progress_of
SELECT runs.run_id, tasks.state, count(*)
FROM runs JOIN tasks ON tasks.run = runs.id
WHERE runs.run_id IN (SELECT value FROM json_each(?))
GROUP BY runs.run_id, tasks.state

-- name: events
SELECT events.id, runs.run_id, events.at, events.kind, events.path, events.message, events.data
FROM events JOIN runs ON runs.id = events.run
WHERE events.id > :after_id AND (:namespace IS NULL OR runs.namespace = :namespace)
ORDER BY events.id LIMIT :limit

-- name: events_of
SELECT events.id, runs.run_id, events.at, events.kind, events.path, events.message, events.data
FROM events JOIN runs ON runs.id = events.run
WHERE events.run = :run AND events.id > :after_id
AND (:namespace IS NULL OR runs.namespace = :namespace)
ORDER BY events.id LIMIT :limit

-- name: last_event
SELECT COALESCE(MAX(id), 0) FROM events
