-- name: entry_columns
SELECT cache_entries.namespace, cache_entries.key, runs.run_id, cache_entries.pipeline,
  cache_entries.path, cache_entries.component, cache_entries.fields, cache_entries.outputs,
  cache_entries.created_at
FROM cache_entries JOIN runs ON runs.id = cache_entries.run

-- name: entry
WHERE cache_entries.namespace = ? AND cache_entries.key = ?

-- name: nearest_by_task
WHERE cache_entries.namespace = ? AND cache_entries.pipeline = ? AND cache_entries.path = ?
ORDER BY cache_entries.id DESC LIMIT 1

-- name: nearest_by_component
WHERE cache_entries.namespace = ? AND cache_entries.component = ?
ORDER BY cache_entries.id DESC LIMIT 1

-- name: entries
WHERE cache_entries.namespace = ?
ORDER BY cache_entries.id DESC LIMIT ?

-- name: remove
DELETE FROM cache_entries
WHERE namespace = :namespace
AND (:keys IS NULL OR key IN (SELECT value FROM json_each(:keys)))
AND (:pipeline IS NULL OR pipeline = :pipeline)
AND (:before IS NULL OR created_at < :before)
