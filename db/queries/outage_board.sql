-- The board of outages. Live: counts and the differences not yet added up to them are read together, so what was committed is counted at once, and it
-- costs the same however many houses there are. Of another moment, of one source, or through several filters it is counted from the intervals.
-- Both answer: resource, key of the place, its name, outages, broken, houses, emergency, planned, residents, of them estimated, flats, social
-- objects, since, promised (when the last of them is to be back), the nearest promise.

-- fragment: outage_key_name
-- the name of g.key, a district, settlement or supplier
CASE {dim} WHEN 'district' THEN (SELECT d.name FROM district d WHERE d.id = g.key) WHEN 'settlement' THEN (SELECT s.name FROM settlement s WHERE s.id = g.key)
           WHEN 'supplier' THEN (SELECT c.name FROM company c WHERE c.id = g.key) END

-- fragment: dim
$1::text

-- fragment: outage_resource_order
coalesce((SELECT k.ord FROM classifier k WHERE k.classifier = 'outage_resource' AND k.code = g.resource), 1000000), g.resource

-- name: outage_board_live
-- plan: custom
-- ($1 all, district, settlement or supplier; $2 key or NULL: each; $3 resource or NULL)
SELECT g.resource, g.key, {outage_key_name}, g.outages, g.broken, g.houses, g.emergency, g.planned, g.residents, g.estimated, g.flats, g.social,
       (SELECT to_json(p.started_at)#>>'{}' FROM outage_place p WHERE p.resource = g.resource AND p.dim = $1 AND p.key = g.key ORDER BY p.started_at LIMIT 1),
       (SELECT to_json(p.promised_at)#>>'{}' FROM outage_place p WHERE p.resource = g.resource AND p.dim = $1 AND p.key = g.key ORDER BY p.promised_at DESC NULLS LAST LIMIT 1),
       (SELECT to_json(p.promised_at)#>>'{}' FROM outage_place p WHERE p.resource = g.resource AND p.dim = $1 AND p.key = g.key AND NOT p.broken AND p.promised_at > now()
        ORDER BY p.promised_at LIMIT 1)
FROM (SELECT x.resource, x.key, sum(x.outages) AS outages, sum(x.broken) AS broken, sum(x.houses) AS houses, sum(x.emergency) AS emergency, sum(x.planned) AS planned,
             sum(x.residents) AS residents, sum(x.estimated) AS estimated, sum(x.flats) AS flats, sum(x.social) AS social
      FROM (SELECT * FROM outage_count WHERE dim = $1 AND ($2::bigint IS NULL OR key = $2) AND ($3::text IS NULL OR resource = $3)
            UNION ALL SELECT * FROM outage_delta WHERE dim = $1 AND ($2 IS NULL OR key = $2) AND ($3 IS NULL OR resource = $3)) x
      GROUP BY x.resource, x.key) g
WHERE g.outages > 0 OR g.houses > 0
ORDER BY CASE WHEN $1 <> 'all' THEN {outage_key_name} END COLLATE "ru-x-icu" NULLS LAST, g.key, {outage_resource_order};

-- name: outage_board_at
-- plan: custom
-- ($1 all, district, settlement or supplier; $2 at or NULL: now; $3 source $4 district (0: none) $5 settlement $6 supplier (-1: not named) $7 resource)
WITH t AS (SELECT coalesce($2::timestamptz, now()) AS at),
open AS MATERIALIZED (
    SELECT o.id, o.resource, coalesce(o.supplier_id, -1) AS supplier, o.started_at, t.at,
           CASE WHEN $2 IS NULL THEN o.kind ELSE coalesce((SELECT e.changes->'kind'->>'from' FROM event e
               WHERE e.record = 'outage' AND e.record_id = o.id AND e.changes ? 'kind' AND e.at > t.at ORDER BY e.id LIMIT 1), o.kind) END AS kind,
           CASE WHEN $2 IS NULL THEN o.promised_at ELSE coalesce(
               (SELECT p.promised_at FROM outage_promise p WHERE p.outage_id = o.id AND p.said_at <= t.at ORDER BY p.id DESC LIMIT 1),
               (SELECT p.promised_at FROM outage_promise p WHERE p.outage_id = o.id ORDER BY p.id LIMIT 1)) END AS promised_at
    FROM t JOIN outage o ON tstzrange(o.started_at, o.ended_at) @> t.at
    WHERE o.status <> 'cancelled' AND o.status <> 'announced' AND ($3::text IS NULL OR o.source = $3)
      AND ($6::bigint IS NULL OR coalesce(o.supplier_id, -1) = $6) AND ($7::text IS NULL OR o.resource = $7)),
off AS MATERIALIZED (
    SELECT o.*, oh.house_id, CASE $1::text WHEN 'district' THEN d.id WHEN 'settlement' THEN h.settlement_id WHEN 'supplier' THEN o.supplier ELSE 0 END AS key,
           gorod_residents(h, s.residents_per_flat) AS residents, h.residents IS NULL AS is_estimated, coalesce(h.flats, 0) AS flats
    FROM open o JOIN outage_house oh ON oh.outage_id = o.id AND oh.off_at <= o.at AND (oh.restored_at IS NULL OR oh.restored_at > o.at)
    JOIN house h ON h.id = oh.house_id JOIN settlement s ON s.id = h.settlement_id CROSS JOIN LATERAL (SELECT coalesce(h.district_id, s.district_id, 0) AS id) d
    WHERE o.kind IN ('emergency', 'planned') AND NOT o.resource = ANY (h.without)
      AND ($4::bigint IS NULL OR d.id = $4) AND ($5::bigint IS NULL OR h.settlement_id = $5)),
house_line AS (
    SELECT resource, key, house_id, bool_or(kind = 'emergency') AS emergency, bool_or(kind = 'planned') AS planned, max(residents) AS residents,
           bool_or(is_estimated) AS is_estimated, max(flats) AS flats
    FROM off GROUP BY 1, 2, 3),
house_sum AS (
    SELECT resource, key, count(*) AS houses, count(*) FILTER (WHERE emergency) AS emergency, count(*) FILTER (WHERE planned) AS planned,
           sum(residents) AS residents, coalesce(sum(residents) FILTER (WHERE is_estimated), 0) AS estimated, sum(flats) AS flats,
           coalesce(sum((SELECT count(*) FROM social_object x WHERE x.house_id = l.house_id AND x.disabled_at IS NULL)), 0) AS social
    FROM house_line l GROUP BY 1, 2),
outage_line AS (
    SELECT DISTINCT resource, key, id, started_at, promised_at, at FROM off
    UNION SELECT o.resource, CASE $1 WHEN 'supplier' THEN o.supplier ELSE 0 END, o.id, o.started_at, o.promised_at, o.at FROM open o
    WHERE $1 IN ('all', 'supplier') AND $4 IS NULL AND $5 IS NULL AND o.kind IN ('emergency', 'planned')
      AND NOT EXISTS (SELECT 1 FROM outage_house oh WHERE oh.outage_id = o.id)),
g AS (
    SELECT l.resource, l.key, count(*) AS outages, count(*) FILTER (WHERE l.promised_at <= l.at) AS broken, min(l.started_at) AS since,
           max(l.promised_at) AS promised, min(l.promised_at) FILTER (WHERE l.promised_at > l.at) AS next
    FROM outage_line l GROUP BY 1, 2)
SELECT g.resource, g.key, {outage_key_name}, g.outages, g.broken, coalesce(c.houses, 0), coalesce(c.emergency, 0), coalesce(c.planned, 0), coalesce(c.residents, 0),
       coalesce(c.estimated, 0), coalesce(c.flats, 0), coalesce(c.social, 0), to_json(g.since)#>>'{}', to_json(g.promised)#>>'{}', to_json(g.next)#>>'{}'
FROM g LEFT JOIN house_sum c USING (resource, key)
ORDER BY CASE WHEN $1 <> 'all' THEN {outage_key_name} END COLLATE "ru-x-icu" NULLS LAST, g.key, {outage_resource_order};

-- name: outage_board_hour
-- ($1 at or NULL: now, $2 resource) -> opened, closed, extended, promises broken, houses off, houses back in the hour before
SELECT count(*) FILTER (WHERE e.action IN ('begin', 'reopen') OR (e.action = 'open' AND e.to_state = 'active')),
       count(*) FILTER (WHERE e.to_state = 'restored'), count(*) FILTER (WHERE e.action = 'extend'), count(*) FILTER (WHERE e.action = 'promise_broken'),
       coalesce(sum((e.changes->'houses_off'->>'to')::bigint), 0), coalesce(sum((e.changes->'houses_back'->>'to')::bigint), 0)
FROM event e CROSS JOIN LATERAL (SELECT x.kind, x.resource FROM outage x WHERE x.id = e.record_id OFFSET 0) o -- looked up event by event, never the whole table
WHERE e.record = 'outage' AND e.at > coalesce($1::timestamptz, now()) - interval '1 hour' AND e.at <= coalesce($1, now())
  AND o.kind IN ('emergency', 'planned') AND ($2::text IS NULL OR o.resource = $2);

-- name: outage_changes
-- ($1 hours, $2 before id, $3 limit) -> json, id: what happened to outages, newest first
SELECT json_build_object('id', e.id, 'at', e.at, 'action', e.action, 'outage', o.id, 'number', o.number, 'resource', o.resource, 'kind', o.kind,
                         'status', o.status, 'actor_name', u.name, 'comment', e.comment, 'promised', e.changes->'promised'->>'to',
                         'houses_off', (e.changes->'houses_off'->>'to')::bigint, 'houses_back', (e.changes->'houses_back'->>'to')::bigint,
                         'where', {outage_where}),
       e.id
FROM event e JOIN outage o ON o.id = e.record_id LEFT JOIN app_user u ON u.id = e.actor_id
WHERE e.record = 'outage' AND e.at > now() - make_interval(hours => $1::integer) AND ($2::bigint IS NULL OR e.id < $2)
ORDER BY e.id DESC LIMIT $3::integer;

-- name: outage_changes_count
SELECT count(*) FROM (SELECT 1 FROM event e WHERE e.record = 'outage' AND e.at > now() - make_interval(hours => $1::integer) LIMIT 10001) n;

-- name: outage_fold
-- () -> whether differences were added up
SELECT gorod_outage_fold();

-- name: outage_clock_begin
-- () -> what was announced and has begun meanwhile
WITH due AS MATERIALIZED (SELECT id FROM outage WHERE status = 'announced' AND started_at <= now() ORDER BY id FOR UPDATE SKIP LOCKED),
     moved AS (UPDATE outage o SET status = 'active', version = o.version + 1 FROM due WHERE o.id = due.id RETURNING o.id, o.version)
INSERT INTO event (actor_id, record, record_id, action, version, from_state, to_state, changes)
SELECT 1, 'outage', m.id, 'begin', m.version, 'announced', 'active',
       jsonb_build_object('houses_off', jsonb_build_object('to', (SELECT count(*) FROM outage_house oh WHERE oh.outage_id = m.id AND oh.restored_at IS NULL)))
FROM moved m ORDER BY m.id;

-- name: outage_clock_break
-- () -> promises whose time is over
WITH due AS MATERIALIZED (SELECT id FROM outage WHERE status IN ('active', 'partial') AND NOT promise_broken AND promised_at <= now()
                          ORDER BY id FOR UPDATE SKIP LOCKED),
     moved AS (UPDATE outage o SET promise_broken = true, version = o.version + 1 FROM due WHERE o.id = due.id RETURNING o.id, o.version, o.promised_at)
INSERT INTO event (actor_id, record, record_id, action, version, changes)
SELECT 1, 'outage', m.id, 'promise_broken', m.version, jsonb_build_object('promised', jsonb_build_object('from', m.promised_at)) FROM moved m ORDER BY m.id;

-- name: outage_clock_remind
-- (hours): planned ones that begin so soon and were announced before that
WITH due AS MATERIALIZED (SELECT id FROM outage WHERE status = 'announced' AND reminded_at IS NULL AND started_at <= now() + make_interval(hours => $1::integer)
                            AND opened_at <= started_at - make_interval(hours => $1) ORDER BY id FOR UPDATE SKIP LOCKED),
     moved AS (UPDATE outage o SET reminded_at = now() FROM due WHERE o.id = due.id RETURNING o.id)
INSERT INTO event (actor_id, record, record_id, action) SELECT 1, 'outage', m.id, 'begins_soon' FROM moved m ORDER BY m.id;
