-- name: insert_document
INSERT INTO documents (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING

-- name: document
SELECT body FROM documents WHERE digest = ?

-- name: insert_use
INSERT INTO document_uses (run, digest) VALUES (?, ?) ON CONFLICT DO NOTHING

-- name: insert_named_use
INSERT INTO document_uses (run, digest)
SELECT :run, digest FROM documents WHERE digest = :digest
ON CONFLICT DO NOTHING
