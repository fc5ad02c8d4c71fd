-- name: put_document
INSERT INTO documents (digest, body, put_at) VALUES (:digest, :body, :now)
ON CONFLICT (digest) DO UPDATE SET put_at = excluded.put_at

-- name: add_pipeline
INSERT INTO pipelines (id, namespace, name, created_at, display_name, description, tags)
VALUES (:id, :namespace, :name, :created_at, :display_name, :description, :tags)
ON CONFLICT DO NOTHING
RETURNING seq

-- name: pipeline_columns
SELECT id, namespace, pipelines.name, created_at, display_name, description, tags

-- name: pipeline_source
FROM pipelines

-- name: update_pipeline
UPDATE pipelines SET display_name = :display_name, description = :description, tags = :tags
WHERE id = :id RETURNING seq

-- name: remove_pipeline_tags
DELETE FROM tags
WHERE kind = 'pipeline' AND owner IN (SELECT seq FROM pipelines WHERE id = :id)
OR kind = 'version' AND owner IN (SELECT seq FROM versions WHERE pipeline_id = :id)

-- name: remove_pipeline
DELETE FROM pipelines WHERE id = :id

-- name: add_version
INSERT INTO versions (
  id, pipeline_id, name, document, created_at, display_name, description, source, code_source_url,
  package_url, tags
) VALUES (
  :id, :pipeline_id, :name, :document, :created_at, :display_name, :description, :source,
  :code_source_url, :package_url, :tags
) ON CONFLICT DO NOTHING
RETURNING seq

-- name: version_columns
SELECT id, pipeline_id, versions.name, document, created_at, display_name, description, source,
  code_source_url, package_url, tags

-- name: version_source
FROM versions

-- name: version_in
WHERE id = :id AND (:namespace IS NULL OR EXISTS (
  SELECT 1 FROM pipelines
  WHERE pipelines.id = versions.pipeline_id AND pipelines.namespace = :namespace
))

-- name: versions_of
WHERE pipeline_id = ? ORDER BY seq DESC

-- name: update_version
UPDATE versions SET display_name = :display_name, description = :description, tags = :tags
WHERE id = :id RETURNING seq

-- name: remove_version_tags
DELETE FROM tags WHERE kind = 'version' AND owner IN (SELECT seq FROM versions WHERE id = :id)

-- name: remove_version
DELETE FROM versions WHERE id = :id

-- name: by_id
WHERE id = :id AND (:namespace IS NULL OR namespace = :namespace)

-- name: by_name
WHERE namespace = ? AND name = ?

-- name: of_namespace
WHERE :namespace IS NULL OR namespace = :namespace ORDER BY seq DESC

-- name: add_experiment
INSERT INTO experiments (id, namespace, name, created_at, display_name, description, archived)
VALUES (:id, :namespace, :name, :created_at, :display_name, :description, :archived)
ON CONFLICT DO NOTHING

-- name: experiment_columns
SELECT id, namespace, name, created_at, display_name, description, archived, (
  SELECT max(runs.created_at) FROM runs
  WHERE runs.namespace = experiments.namespace AND runs.experiment = experiments.id
)

-- name: experiment_source
FROM experiments

-- name: update_experiment
UPDATE experiments SET display_name = :display_name, description = :description WHERE id = :id

-- name: remove_tags
DELETE FROM tags WHERE kind = ? AND owner = ?

-- name: remove_experiment
DELETE FROM experiments WHERE id = :id
