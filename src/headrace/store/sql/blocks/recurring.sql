-- name: columns
SELECT id, namespace, experiment, display_name, created_at, updated_at, trigger_json, description,
  pipeline_id, version_id, document, parameters, pipeline_root, service_account, max_concurrency,
  enabled, catchup, options, created_by, last_tick_at, next_tick_at, ticks, error

-- name: source
FROM recurring_runs

-- name: by_id
WHERE id = :id AND (:namespace IS NULL OR namespace = :namespace)

-- name: locked
SELECT id FROM recurring_runs WHERE id = ?

-- name: due
WHERE next_tick_at <= ? AND enabled = 1 ORDER BY next_tick_at, seq LIMIT ?

-- name: add
INSERT INTO recurring_runs (
  id, namespace, experiment, display_name, created_at, updated_at, trigger_json, description,
  pipeline_id, version_id, document, parameters, pipeline_root, service_account, max_concurrency,
  enabled, catchup, options, created_by, last_tick_at, next_tick_at, ticks, error
) VALUES (
  :id, :namespace, :experiment, :display_name, :created_at, :updated_at, :trigger, :description,
  :pipeline_id, :version_id, :document, :parameters, :pipeline_root, :service_account,
  :max_concurrency, :enabled, :catchup, :options, :created_by, :last_tick_at, :next_tick_at,
  :ticks, :error
) ON CONFLICT DO NOTHING

-- name: update
UPDATE recurring_runs SET
  experiment = :experiment, display_name = :display_name, updated_at = :updated_at,
  trigger_json = :trigger, description = :description, pipeline_id = :pipeline_id,
  version_id = :version_id, document = :document, parameters = :parameters,
  pipeline_root = :pipeline_root, service_account = :service_account,
  max_concurrency = :max_concurrency, enabled = :enabled, catchup = :catchup, options = :options,
  last_tick_at = :last_tick_at, next_tick_at = :next_tick_at, ticks = :ticks, error = :error
WHERE id = :id

-- name: disable_of_experiment
UPDATE recurring_runs SET enabled = 0, updated_at = :now
WHERE experiment = :experiment AND enabled = 1

-- name: remove
DELETE FROM recurring_runs WHERE id = ?

-- name: count_active
SELECT count(*) FROM runs
WHERE recurring_run_id = ? AND state IN ('pending', 'running', 'canceling')

-- name: add_document_use
INSERT INTO recurring_document_uses (recurring_run_id, digest)
SELECT :id, digest FROM documents WHERE digest = :digest
ON CONFLICT DO NOTHING

-- name: remove_document_uses
DELETE FROM recurring_document_uses WHERE recurring_run_id = ?
