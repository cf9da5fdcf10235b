-- Files: contents in chunks, names in folders and on records.

-- fragment: file_visible
-- file f to user $1 (sees all: $2; units: $3; records whose files this role may see: $4): one's own folders, and what hangs on a record that one may open
((f.place IN ('inbox', 'reports') AND f.place_id = ($1::bigint[])[1])
 OR f.place = ANY ($4::text[])
    AND CASE f.place WHEN 'appeal' THEN EXISTS (SELECT 1 FROM appeal a WHERE a.id = f.place_id AND {appeal_visible})
                     WHEN 'assignment' THEN EXISTS (SELECT 1 FROM assignment s WHERE s.id = f.place_id AND {assignment_visible})
                     ELSE f.place = 'outage' END)

-- fragment: file_json
json_build_object('id', f.id, 'name', f.name, 'size', b.size, 'type', b.mime, 'at', f.at, 'modified', f.modified, 'by', f.owner_id,
                  'by_name', (SELECT u.name FROM app_user u WHERE u.id = f.owner_id), 'place', f.place, 'place_id', f.place_id,
                  'part', f.part, 'part_id', f.part_id, 'named_as', f.named_as, 'sha256', encode(b.sha256, 'hex'),
                  'actions', CASE WHEN f.place IN ('inbox', 'reports') THEN '["rename", "remove"]'::json ELSE '["copy"]' END)

-- fragment: files_json
-- what hangs on a record, for its card; of file f with content b
coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'size', b.size, 'type', b.mime, 'at', f.at, 'by', f.owner_id,
                                    'by_name', (SELECT u.name FROM app_user u WHERE u.id = f.owner_id),
                                    'part', f.part, 'part_id', f.part_id, 'named_as', f.named_as) ORDER BY f.id), '[]')

-- fragment: appeal_files
(SELECT {files_json} FROM file f JOIN file_blob b ON b.id = f.blob_id WHERE f.place = 'appeal' AND f.place_id = a.id)

-- fragment: assignment_files
(SELECT {files_json} FROM file f JOIN file_blob b ON b.id = f.blob_id WHERE f.place = 'assignment' AND f.place_id = s.id)

-- fragment: outage_files
(SELECT {files_json} FROM file f JOIN file_blob b ON b.id = f.blob_id WHERE f.place = 'outage' AND f.place_id = o.id)

-- name: file_list
-- plan: custom
-- ($1 user $2 sees_all $3 units $4 places $5 place $6 place id $7 part of the name $8 after id $9 limit) newest first -> json, id
SELECT {file_json}, f.id
FROM file f JOIN file_blob b ON b.id = f.blob_id
WHERE f.place = $5::text AND f.place_id = $6::bigint AND {file_visible}
  AND ($7::text IS NULL OR strpos(gorod_fold(f.name), gorod_fold($7)) > 0) AND ($8::bigint IS NULL OR f.id < $8)
ORDER BY f.id DESC LIMIT $9::integer;

-- name: file_count
-- plan: custom
SELECT count(*) FROM (
    SELECT 1 FROM file f WHERE f.place = $5::text AND f.place_id = $6::bigint AND {file_visible}
      AND ($7::text IS NULL OR strpos(gorod_fold(f.name), gorod_fold($7)) > 0) LIMIT 10001) n;

-- name: file_get
-- ($1 user $2 sees_all $3 units $4 places $5 id) -> json, blob, size, mime, name, place, place id, owner, modified (s since 1970), part
SELECT {file_json}, f.blob_id, b.size, b.mime, f.name, f.place, f.place_id, f.owner_id, floor(extract(epoch FROM f.modified))::bigint, f.part
FROM file f JOIN file_blob b ON b.id = f.blob_id WHERE f.id = $5::bigint AND {file_visible};

-- name: file_find
-- ($1 user $2 sees_all $3 units $4 places $5 place $6 place id $7 name) -> id, blob, size, mime, owner, modified
SELECT f.id, f.blob_id, b.size, b.mime, f.owner_id, floor(extract(epoch FROM f.modified))::bigint
FROM file f JOIN file_blob b ON b.id = f.blob_id
WHERE f.place = $5::text AND f.place_id = $6::bigint AND f.name = normalize($7::text) AND {file_visible};

-- name: file_folder
-- ($1 user $2 sees_all $3 units $4 places $5 place $6 place id $7 after name $8 limit): a page of a folder -> name, size, modified
SELECT f.name, b.size, floor(extract(epoch FROM f.modified))::bigint
FROM file f JOIN file_blob b ON b.id = f.blob_id
WHERE f.place = $5::text AND f.place_id = $6::bigint AND f.name > $7::text AND {file_visible}
ORDER BY f.name LIMIT $8::integer;

-- name: file_names
-- (ids[]) -> their names as a JSON array
SELECT coalesce(json_agg(name ORDER BY id), '[]') FROM file WHERE id = ANY ($1::bigint[]);

-- name: file_lock
-- ($1 user $2 sees_all $3 units $4 places $5 id): holds the row -> place, place id, name, blob, owner, part, type
SELECT f.place, f.place_id, f.name, f.blob_id, f.owner_id, f.part, b.mime
FROM file f JOIN file_blob b ON b.id = f.blob_id WHERE f.id = $5::bigint AND {file_visible} FOR UPDATE OF f;

-- name: file_add
-- (blob, place, place id, part, part id, name, owner, what the name claims) -> id
INSERT INTO file (blob_id, place, place_id, part, part_id, name, owner_id, named_as)
VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::bigint, normalize($6::text), $7::bigint, $8::text) RETURNING id;

-- name: file_move
-- (id, place, place id, part, part id, name, what the name claims)
UPDATE file SET place = $2::text, place_id = $3::bigint, part = $4::text, part_id = $5::bigint, name = normalize($6::text), named_as = $7::text
WHERE id = $1::bigint;

-- name: file_rename
-- (id, name, what the name claims): the place stays
UPDATE file SET name = normalize($2::text), named_as = $3::text WHERE id = $1::bigint;

-- name: file_content_set
-- (id, blob, what the name claims): other contents under the same name -> the blob before
UPDATE file f SET blob_id = $2::bigint, named_as = $3::text, modified = clock_timestamp()
FROM file old WHERE f.id = $1::bigint AND old.id = f.id RETURNING old.blob_id;

-- name: file_modified_set
UPDATE file SET modified = to_timestamp($2::bigint) WHERE id = $1::bigint;

-- name: file_drop
-- (id) -> blob
DELETE FROM file WHERE id = $1::bigint RETURNING blob_id;

-- name: file_name_exists
-- (place, place id, name)
SELECT count(*) FROM file WHERE place = $1::text AND place_id = $2::bigint AND name = normalize($3::text);

-- name: file_place_use
-- (place, place id) -> files, bytes: what a folder or a record holds
SELECT count(*), coalesce(sum(b.size), 0)::bigint FROM file f JOIN file_blob b ON b.id = f.blob_id WHERE f.place = $1::text AND f.place_id = $2::bigint;

-- name: file_of_reporter
-- (assignment, user): files on the assignment that this user has added since and no report holds
SELECT count(*) FROM file WHERE place = 'assignment' AND place_id = $1::bigint AND owner_id = $2::bigint AND part IS NULL;

-- name: file_claim
-- (assignment, user, report): they become part of this report
UPDATE file SET part = 'report', part_id = $3::bigint WHERE place = 'assignment' AND place_id = $1::bigint AND owner_id = $2::bigint AND part IS NULL;

-- name: file_answer_exists
-- (appeal): an answer that is a file
SELECT count(*) FROM file WHERE place = 'appeal' AND place_id = $1::bigint AND part = 'answer';

-- name: blob_begin
-- (owner) -> id of a content that is going to be received
INSERT INTO file_blob (owner_id) VALUES ($1::bigint) RETURNING id;

-- name: blob_touch
-- (blob): it is still being received
UPDATE file_blob SET unused_since = now() WHERE id = $1::bigint AND sha256 IS NULL;

-- name: blob_mine
-- (blob, owner) -> bytes received so far of a content that this user is sending; holds it
SELECT b.size FROM file_blob b WHERE b.id = $1::bigint AND b.owner_id = $2::bigint AND b.sha256 IS NULL FOR UPDATE;

-- name: blob_grow
-- (blob, bytes)
UPDATE file_blob SET size = $2::bigint, unused_since = now() WHERE id = $1::bigint;

-- name: chunk_add
-- (blob, ord, data)
INSERT INTO file_chunk (blob_id, ord, data) VALUES ($1::bigint, $2::integer, $3::bytea)
ON CONFLICT (blob_id, ord) DO UPDATE SET data = excluded.data;

-- name: chunk_get
-- (blob, ord, count) -> data
SELECT data FROM file_chunk WHERE blob_id = $1::bigint AND ord >= $2::integer AND ord < $2 + $3::integer ORDER BY ord;

-- name: chunk_copy
-- (from, to): the same contents once more, to be changed
INSERT INTO file_chunk (blob_id, ord, data) SELECT $2::bigint, ord, data FROM file_chunk WHERE blob_id = $1::bigint;

-- name: chunk_cut
-- (blob, ord): this chunk and all after it go
DELETE FROM file_chunk WHERE blob_id = $1::bigint AND ord >= $2::integer;

-- name: blob_hash_lock
-- (sha256 in hex): two who have sent the same contents store it one after another
SELECT pg_advisory_xact_lock(('x' || left($1::text, 16))::bit(64)::bigint);

-- name: blob_finish
-- (blob, sha256 in hex, size, mime) -> id of the content with this hash: this one, unless another had it first
WITH there AS (SELECT id FROM file_blob WHERE sha256 = decode($2::text, 'hex') FOR UPDATE),
     now_is AS (UPDATE file_blob SET sha256 = decode($2, 'hex'), size = $3::bigint, mime = $4::text, owner_id = NULL, unused_since = now()
                WHERE id = $1::bigint AND NOT EXISTS (SELECT 1 FROM there) RETURNING id)
SELECT id FROM now_is UNION ALL SELECT id FROM there LIMIT 1;

-- name: blob_use
-- (blob): a file refers to it
UPDATE file_blob SET unused_since = NULL WHERE id = $1::bigint;

-- name: blob_unuse
-- (blob): nobody may refer to it any more; the sweep looks closer
UPDATE file_blob SET unused_since = now() WHERE id = $1::bigint AND NOT EXISTS (SELECT 1 FROM file f WHERE f.blob_id = $1);

-- name: blob_abandon
-- (blob): what was being received will not be finished
UPDATE file_blob SET unused_since = '-infinity' WHERE id = $1::bigint AND sha256 IS NULL;

-- name: blob_unused
-- (grace of what is being received, in seconds) -> contents to look at; the lock is let go at once
SELECT id FROM file_blob WHERE unused_since IS NOT NULL AND (sha256 IS NOT NULL OR unused_since < now() - make_interval(secs => $1::double precision))
ORDER BY unused_since LIMIT 100;

-- name: blob_sweep_lock
-- (blob): nobody may begin to refer to it until this transaction ends
SELECT id FROM file_blob WHERE id = $1::bigint AND unused_since IS NOT NULL FOR UPDATE SKIP LOCKED;

-- name: blob_sweep_used
-- (blob) -> files that refer to it
SELECT count(*) FROM file WHERE blob_id = $1::bigint;

-- name: blob_bury
-- (blob): its hash is free for others while its chunks go
UPDATE file_blob SET sha256 = NULL, owner_id = NULL, unused_since = '-infinity' WHERE id = $1::bigint;

-- name: chunk_sweep
-- (blob): some of its chunks go, so that no statement takes long
DELETE FROM file_chunk WHERE blob_id = $1::bigint AND ord IN (SELECT ord FROM file_chunk WHERE blob_id = $1 LIMIT 256);

-- name: commit_lazily
-- what this transaction writes need not be on the disk when it ends; a later commit that waits takes it along
SELECT set_config('synchronous_commit', 'off', true);

-- name: blob_drop
DELETE FROM file_blob WHERE id = $1::bigint;

-- name: file_appeal
-- ($1 user $2 sees_all $3 units $4 places $5 number) -> id, when (s since 1970): the folder of an appeal
SELECT a.id, floor(extract(epoch FROM a.registered_at))::bigint FROM appeal a WHERE a.number = $5::text AND 'appeal' = ANY ($4::text[]) AND {appeal_visible};

-- name: file_assignment
SELECT s.id, floor(extract(epoch FROM s.created_at))::bigint FROM assignment s WHERE s.number = $5::text AND 'assignment' = ANY ($4::text[]) AND {assignment_visible};

-- name: file_appeals
-- plan: custom
-- ($1 user $2 sees_all $3 units $4 places $5 before id $6 limit) -> id, number, when: folders of what is open, the newest first
SELECT a.id, a.number, floor(extract(epoch FROM a.registered_at))::bigint FROM appeal a
WHERE a.closed_on IS NULL AND 'appeal' = ANY ($4::text[]) AND {appeal_visible} AND ($5::bigint IS NULL OR a.id < $5) ORDER BY a.id DESC LIMIT $6::integer;

-- name: file_assignments
-- plan: custom
SELECT s.id, s.number, floor(extract(epoch FROM s.created_at))::bigint FROM assignment s
WHERE s.closed_on IS NULL AND 'assignment' = ANY ($4::text[]) AND {assignment_visible} AND ($5::bigint IS NULL OR s.id < $5) ORDER BY s.id DESC LIMIT $6::integer;

-- name: file_outage
-- ($1 places $2 number): an outage is seen by role alone
SELECT o.id, floor(extract(epoch FROM o.started_at))::bigint FROM outage o WHERE o.number = $2::text AND 'outage' = ANY ($1::text[]);

-- name: file_outages
-- plan: custom
-- ($1 places $2 before id $3 limit)
SELECT o.id, o.number, floor(extract(epoch FROM o.started_at))::bigint FROM outage o
WHERE {outage_open} AND 'outage' = ANY ($1::text[]) AND ($2::bigint IS NULL OR o.id < $2) ORDER BY o.id DESC LIMIT $3::integer;
