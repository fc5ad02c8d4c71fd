-- name: locked
SELECT run FROM leases
WHERE run = (SELECT id FROM runs WHERE run_id = ?)

-- name: update_run
UPDATE runs SET display_name = :display_name, description = :description, tags = :tags
WHERE id = :run

-- name: archive_run
UPDATE runs SET archived = ? WHERE id = ?

-- name: archive_runs_of_experiment
UPDATE runs SET archived = 1 WHERE namespace = :namespace AND experiment = :experiment
AND archived = 0

-- name: archive_experiment
UPDATE experiments SET archived = ? WHERE id = ?

-- name: used_elsewhere
SELECT artifacts.artifact_id, min(uses.run)
FROM artifacts JOIN uses ON uses.artifact_id = artifacts.artifact_id
WHERE artifacts.run = :run AND uses.run != :run
GROUP BY artifacts.artifact_id

-- name: use_path
SELECT min(path) FROM uses WHERE artifact_id = ? AND run = ?

-- name: hand_over_artifact
UPDATE artifacts SET run = ?, path = ? WHERE artifact_id = ?

-- name: keep_metadata
INSERT INTO document_uses (run, digest)
SELECT run, substr(metadata, 2) FROM artifacts
WHERE artifact_id = ? AND substr(metadata, 1, 1) = '@'
ON CONFLICT DO NOTHING

-- name: documents_of_run
SELECT digest FROM document_uses WHERE run = :run
UNION SELECT document FROM runs WHERE id = :run

-- name: remove_leases
DELETE FROM leases WHERE run = ?

-- name: remove_journal
DELETE FROM journal WHERE run = ?

-- name: remove_requests
DELETE FROM requests WHERE run = ?

-- name: remove_tasks
DELETE FROM tasks WHERE run = ?

-- name: remove_attempts
DELETE FROM attempts WHERE run = ?

-- name: remove_uses
DELETE FROM uses WHERE run = ?

-- name: remove_artifacts
DELETE FROM artifacts WHERE run = ?

-- name: remove_metrics
DELETE FROM metrics WHERE run = ?

-- name: remove_events
DELETE FROM events WHERE run = ?

-- name: remove_cache_entries
DELETE FROM cache_entries WHERE run = ?

-- name: remove_parameters
DELETE FROM run_parameters WHERE run = ?

-- name: remove_document_uses
DELETE FROM document_uses WHERE run = ?

-- name: remove_run
DELETE FROM runs WHERE id = ?

-- name: remove_document
DELETE FROM documents WHERE digest = :digest AND put_at <= :before
AND NOT EXISTS (SELECT 1 FROM runs WHERE document = :digest)
AND NOT EXISTS (SELECT 1 FROM versions WHERE document = :digest)
AND NOT EXISTS (SELECT 1 FROM recurring_runs WHERE document = :digest)
AND NOT EXISTS (SELECT 1 FROM document_uses WHERE digest = :digest)
AND NOT EXISTS (SELECT 1 FROM recurring_document_uses WHERE digest = :digest)

-- name: sweep_documents
DELETE FROM documents WHERE put_at <= :before
AND NOT EXISTS (SELECT 1 FROM runs WHERE document = documents.digest)
AND NOT EXISTS (SELECT 1 FROM versions WHERE document = documents.digest)
AND NOT EXISTS (SELECT 1 FROM recurring_runs WHERE document = documents.digest)
AND NOT EXISTS (SELECT 1 FROM document_uses WHERE digest = documents.digest)
AND NOT EXISTS (SELECT 1 FROM recurring_document_uses WHERE digest = documents.digest)
