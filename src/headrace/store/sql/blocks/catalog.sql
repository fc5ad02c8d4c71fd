-- name: add_pipeline
INSERT INTO pipelines (id, namespace, name, created_at, display_name, description)
VALUES (:id, :namespace, :name, :created_at, :display_name, :description)
ON CONFLICT DO NOTHING

-- name: pipelines
SELECT id, namespace, name, created_at, display_name, description FROM pipelines
WHERE :namespace IS NULL OR namespace = :namespace
ORDER BY seq DESC

-- name: pipeline_exists
SELECT 1 FROM pipelines WHERE id = ?

-- name: remove_pipeline
DELETE FROM pipelines WHERE id = ?

-- name: add_version
INSERT INTO versions (
  id, pipeline_id, name, document, created_at, display_name, description, source
) VALUES (
  :id, :pipeline_id, :name, :document, :created_at, :display_name, :description, :source
) ON CONFLICT DO NOTHING

-- name: versions
SELECT id, pipeline_id, name, document, created_at, display_name, description, source FROM versions
WHERE pipeline_id = ? ORDER BY seq DESC

-- name: remove_version
DELETE FROM versions WHERE id = ?

-- name: add_experiment
INSERT INTO experiments (id, namespace, name, created_at, display_name, description, archived)
VALUES (:id, :namespace, :name, :created_at, :display_name, :description, :archived)
ON CONFLICT DO NOTHING

-- name: experiments
SELECT id, namespace, name, created_at, display_name, description, archived FROM experiments
WHERE :namespace IS NULL OR namespace = :namespace
ORDER BY seq DESC

-- name: remove_experiment
DELETE FROM experiments WHERE id = ?
