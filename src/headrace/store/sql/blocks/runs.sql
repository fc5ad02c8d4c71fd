-- name: insert_run
INSERT INTO runs (
  run_id, namespace, pipeline, display_name, experiment, source, document, options, state,
  created_at, description, pipeline_id, version_id, recurring_run_id, scheduled_at, parameters,
  pipeline_root, service_account, submitted_by, tags
) VALUES (
  :run_id, :namespace, :pipeline, :display_name, :experiment, :source, :document, :options,
  'pending', :created_at, :description, :pipeline_id, :version_id, :recurring_run_id,
  :scheduled_at, :parameters, :pipeline_root, :service_account, :submitted_by, :tags
) ON CONFLICT (run_id) DO NOTHING
RETURNING id

-- name: insert_parameter
INSERT INTO run_parameters (run, name, num, text) VALUES (?, ?, ?, ?)

-- name: insert_tag
INSERT INTO tags (kind, owner, name, value) VALUES (?, ?, ?, ?)

-- name: experiment_named
SELECT id, created_at FROM experiments WHERE namespace = ? AND name = ?

-- name: date_experiment
UPDATE experiments SET created_at = ? WHERE id = ? AND created_at = 0

-- name: insert_lease
INSERT INTO leases (run, owner, epoch, expires_at) VALUES (?, '', 0, 0)

-- name: insert_default_experiment
INSERT INTO experiments (id, namespace, name, created_at, display_name, description, archived)
VALUES (:id, :namespace, :name, :created_at, '', '', 0)
ON CONFLICT DO NOTHING

-- name: run_key
SELECT id FROM runs WHERE run_id = ?

-- name: claimable
SELECT runs.id, runs.run_id, leases.epoch
FROM runs JOIN leases ON leases.run = runs.id
WHERE runs.id IN (
  SELECT id FROM runs WHERE state IN ('pending', 'running', 'canceling')
  UNION SELECT run FROM requests WHERE consumed_at IS NULL
)
AND (
  leases.owner = '' OR leases.expires_at <= :now
  OR leases.owner IN (SELECT value FROM json_each(:dead))
)
ORDER BY runs.id LIMIT :limit

-- name: claimable_of
SELECT runs.id, runs.run_id, leases.epoch
FROM runs JOIN leases ON leases.run = runs.id
WHERE runs.run_id IN (SELECT value FROM json_each(:run_ids))
AND (
  leases.owner = '' OR leases.expires_at <= :now
  OR leases.owner IN (SELECT value FROM json_each(:dead))
)
ORDER BY runs.id LIMIT :limit

-- name: take_lease
UPDATE leases SET owner = ?, epoch = ?, expires_at = ? WHERE run = ?

-- name: renew_lease
UPDATE leases SET expires_at = ?
WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND owner = ? AND epoch = ?

-- name: release_lease
UPDATE leases SET owner = '', expires_at = 0
WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND owner = ? AND epoch = ?

-- name: held
SELECT runs.id, runs.namespace, runs.pipeline
FROM runs JOIN leases ON leases.run = runs.id
WHERE runs.run_id = ? AND leases.owner = ? AND leases.epoch = ?

-- name: unfinished
SELECT runs.run_id, leases.owner, leases.expires_at
FROM runs JOIN leases ON leases.run = runs.id
WHERE runs.state IN ('pending', 'running', 'canceling')
ORDER BY runs.id

-- name: last_seq
SELECT coalesce(max(seq), 0) FROM journal WHERE run = ?

-- name: insert_journal
INSERT INTO journal (run, seq, at, event) VALUES (?, ?, ?, ?)

-- name: journal
SELECT seq, at, event FROM journal WHERE run = ? AND seq > ? ORDER BY seq LIMIT 1000

-- name: insert_request
INSERT INTO requests (run, kind, body, created_at) VALUES (?, ?, ?, ?) RETURNING id

-- name: open_requests
SELECT requests.id, runs.run_id, requests.kind, requests.body, requests.created_at
FROM requests JOIN runs ON runs.id = requests.run
WHERE requests.consumed_at IS NULL
ORDER BY requests.id

-- name: open_requests_of
SELECT requests.id, runs.run_id, requests.kind, requests.body, requests.created_at
FROM requests JOIN runs ON runs.id = requests.run
WHERE requests.consumed_at IS NULL
AND runs.run_id IN (SELECT value FROM json_each(?))
ORDER BY requests.id

-- name: consume_request
UPDATE requests SET consumed_at = ? WHERE id = ? AND run = ?
