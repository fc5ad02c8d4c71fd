-- name: insert_document
INSERT INTO documents (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING

-- name: document
SELECT body FROM documents WHERE digest = ?

