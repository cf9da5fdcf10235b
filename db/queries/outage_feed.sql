-- Outages as a feed shows them: a snapshot is everything that the source has at a moment.

-- name: outage_feed_begin
-- (source, snapshot) -> a row unless a later snapshot was taken already
INSERT INTO outage_feed AS f (source, snapshot_at) VALUES ($1::text, $2::timestamptz)
ON CONFLICT (source) DO UPDATE SET snapshot_at = excluded.snapshot_at WHERE f.snapshot_at <= excluded.snapshot_at
RETURNING 1;

-- name: outage_feed_known
-- (external id, promised, kind word) -> id, whether the promise, whether the word for the kind are other ones now
SELECT id, $2::timestamptz IS NOT NULL AND promised_at IS DISTINCT FROM $2, $3::text IS NOT NULL AND source_kind IS DISTINCT FROM $3
FROM outage WHERE external_id = $1::text;

-- name: outage_feed_promise
-- (outage, user, promised, said at)
INSERT INTO outage_promise (outage_id, said_by, promised_at, said_at)
SELECT $1::bigint, $2::bigint, $3::timestamptz, $4::timestamptz WHERE $3 IS NOT NULL;

-- name: outage_feed_houses
-- (outage, houses[] as they are shown now) -> those to be cut off, those that are back, as two arrays
SELECT ARRAY(SELECT DISTINCT h FROM unnest($2::bigint[]) AS h
             WHERE NOT EXISTS (SELECT 1 FROM outage_house x WHERE x.outage_id = $1::bigint AND x.house_id = h AND x.restored_at IS NULL)),
       ARRAY(SELECT x.house_id FROM outage_house x WHERE x.outage_id = $1 AND x.restored_at IS NULL AND x.house_id <> ALL ($2));

-- name: outage_feed_seen
-- ($1 id, $2 snapshot, $3 changed, $4 promised, $5 kind, $6 its word, $7 what it is again after it had ended, or NULL) -> version
UPDATE outage SET seen_at = greatest(seen_at, $2::timestamptz), version = version + $3::boolean::integer, promise_broken = promise_broken AND $4::timestamptz IS NULL,
       promised_at = coalesce($4, promised_at), kind = coalesce($5::text, kind), source_kind = coalesce($6::text, source_kind),
       status = coalesce($7::text, status), ended_at = CASE WHEN $7 IS NULL THEN ended_at END
WHERE id = $1::bigint RETURNING version;

-- name: outage_feed_gone
-- (source, snapshot, shown: ids or NULL) -> id, status, when it ended: what the source showed and does not show any more. It ended when it was promised
-- to, if that is before the snapshot, and not before its last house went off or came back. A trial, which marked nothing as seen, names what it was shown.
SELECT o.id, o.status, to_json(greatest(o.started_at, least(o.promised_at, $2::timestamptz),
                                        (SELECT max(greatest(oh.off_at, oh.restored_at)) FROM outage_house oh WHERE oh.outage_id = o.id)))#>>'{}'
FROM outage o WHERE o.source = $1::text AND o.seen_at < $2 AND o.status IN ('announced', 'active', 'partial')
  AND ($3::bigint[] IS NULL OR o.id <> ALL ($3)) ORDER BY o.id FOR UPDATE;
