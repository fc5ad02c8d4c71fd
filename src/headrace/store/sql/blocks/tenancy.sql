-- name: setting
SELECT value FROM settings WHERE name = ?

-- name: put_setting
INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING

-- name: namespaces
SELECT name, created_at, description, quota, service_accounts FROM namespaces
WHERE :name IS NULL OR name = :name
ORDER BY name

-- name: add_namespace
INSERT INTO namespaces (name, created_at, description, quota, service_accounts)
VALUES (:name, :created_at, :description, :quota, :service_accounts)
ON CONFLICT DO NOTHING

-- name: update_namespace
UPDATE namespaces SET
  description = :description, quota = :quota, service_accounts = :service_accounts
WHERE name = :name

-- name: what_is_in_namespace
SELECT 'runs' WHERE EXISTS (SELECT 1 FROM runs WHERE namespace = :name)
UNION ALL SELECT 'pipelines' WHERE EXISTS (SELECT 1 FROM pipelines WHERE namespace = :name)
UNION ALL SELECT 'recurring runs'
WHERE EXISTS (SELECT 1 FROM recurring_runs WHERE namespace = :name)
UNION ALL SELECT 'experiments' WHERE EXISTS (
  SELECT 1 FROM experiments WHERE namespace = :name AND name != 'Default'
)

-- name: remove_experiments_of
DELETE FROM experiments WHERE namespace = ?

-- name: remove_tokens_of
DELETE FROM tokens WHERE namespace = ?

-- name: remove_webhooks_of
DELETE FROM webhooks WHERE namespace = ?

-- name: remove_namespace
DELETE FROM namespaces WHERE name = ?

-- name: count_active
SELECT count(*) FROM runs
WHERE namespace = ? AND state IN ('pending', 'running', 'canceling')

-- name: count_created
SELECT count(*) FROM runs WHERE namespace = ? AND created_at >= ?

-- name: put_member
INSERT INTO members (namespace, user_name, role) VALUES (?, ?, ?)
ON CONFLICT (namespace, user_name) DO UPDATE SET role = excluded.role

-- name: members
SELECT namespace, user_name, role FROM members
WHERE (:namespace IS NULL OR namespace = :namespace)
AND (:user IS NULL OR user_name = :user)
ORDER BY namespace, user_name

-- name: remove_member
DELETE FROM members WHERE namespace = ? AND user_name = ?

-- name: tokens
SELECT id, name, user_name, digest, created_at, scopes, namespace, role, expires_at, last_used_at,
  revoked_at
FROM tokens
WHERE (:id IS NULL OR id = :id) AND (:digest IS NULL OR digest = :digest)
AND (:user IS NULL OR user_name = :user) AND (:namespace IS NULL OR namespace = :namespace)
ORDER BY seq DESC

-- name: add_token
INSERT INTO tokens (
  id, name, user_name, digest, created_at, scopes, namespace, role, expires_at, last_used_at,
  revoked_at
) VALUES (
  :id, :name, :user, :digest, :created_at, :scopes, :namespace, :role, :expires_at, :last_used_at,
  :revoked_at
) ON CONFLICT DO NOTHING

-- name: touch_token
UPDATE tokens SET last_used_at = ? WHERE id = ?

-- name: revoke_token
UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?

-- name: add_audit
INSERT INTO audit (at, user_name, action, kind, resource, namespace, outcome, detail, address)
VALUES (:at, :user, :action, :kind, :resource, :namespace, :outcome, :detail, :address)
RETURNING id

-- name: audit_columns
SELECT id, at, user_name, action, kind, resource, namespace, outcome, detail, address

-- name: audit_source
FROM audit
