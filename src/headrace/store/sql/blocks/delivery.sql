-- name: webhooks
SELECT id, namespace, name, url, created_at, format, states, pipelines, enabled, created_by,
  secret IS NOT NULL
FROM webhooks
WHERE (:id IS NULL OR id = :id) AND (:namespace IS NULL OR namespace = :namespace)
ORDER BY seq DESC

-- name: secret
SELECT secret FROM webhooks WHERE id = ?

-- name: add_webhook
INSERT INTO webhooks (
  id, namespace, name, url, created_at, format, states, pipelines, enabled, created_by, secret
) VALUES (
  :id, :namespace, :name, :url, :created_at, :format, :states, :pipelines, :enabled, :created_by,
  :secret
) ON CONFLICT DO NOTHING

-- name: put_webhook
UPDATE webhooks SET
  name = :name, url = :url, format = :format, states = :states, pipelines = :pipelines,
  enabled = :enabled, secret = coalesce(:secret, secret)
WHERE id = :id AND namespace = :namespace

-- name: remove_webhook
DELETE FROM webhooks WHERE id = ?

-- name: cursor
SELECT position FROM cursors WHERE name = 'deliveries'

-- name: move_cursor
UPDATE cursors SET position = ? WHERE name = 'deliveries' AND position = ?

-- name: add_delivery
INSERT INTO deliveries (
  id, webhook_id, event_id, run_id, body, created_at, attempts, next_at, state, error
)
SELECT :id, id, :event_id, :run_id, :body, :created_at, :attempts, :next_at, :state, :error
FROM webhooks WHERE id = :webhook_id
ON CONFLICT DO NOTHING

-- name: columns
SELECT id, webhook_id, event_id, run_id, body, created_at, attempts, next_at, state, error
FROM deliveries

-- name: due
WHERE state = 'pending' AND next_at <= ? ORDER BY next_at, seq LIMIT ?

-- name: hold
UPDATE deliveries SET next_at = ? WHERE id = ?

-- name: settle
UPDATE deliveries SET attempts = :attempts, next_at = :next_at, state = :state, error = :error
WHERE id = :id

-- name: remove_deliveries
DELETE FROM deliveries WHERE state != 'pending' AND created_at < ?

-- name: of_webhook
WHERE webhook_id = ? ORDER BY seq DESC LIMIT ?
