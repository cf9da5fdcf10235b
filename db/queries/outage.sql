-- Outages: lists, cards, transitions, houses. Whoever may ask may see every outage: rights are the operations' own.

-- fragment: outage_address
-- house h in words: kind and name of the street, number; before them the settlement, where it is not the only one
(SELECT concat_ws(', ', CASE WHEN t.n > 1 THEN s.name END,
                  (SELECT concat_ws(' ', nullif(coalesce(k.data->>'short', lower(k.ru)), ''), st.name)
                   FROM street st LEFT JOIN classifier k ON k.classifier = 'street_kind' AND k.code = st.kind WHERE st.id = h.street_id), h.number)
 FROM settlement s CROSS JOIN (SELECT count(*) AS n FROM (SELECT 1 FROM settlement LIMIT 2) two) t WHERE s.id = h.settlement_id)

-- fragment: outage_where
-- of outage o: its three streets with most houses
(SELECT string_agg(w.street || ' (' || w.n || ')', ', ' ORDER BY w.n DESC, w.street) || CASE WHEN max(w.streets) > 3 THEN ' ...' ELSE '' END
 FROM (SELECT coalesce((SELECT st.name FROM street st WHERE st.id = h.street_id), (SELECT s.name FROM settlement s WHERE s.id = h.settlement_id)) AS street,
              count(DISTINCT h.id) AS n, count(*) OVER () AS streets
       FROM outage_house oh JOIN house h ON h.id = oh.house_id WHERE oh.outage_id = o.id GROUP BY h.settlement_id, h.street_id
       ORDER BY n DESC, 1 LIMIT 3) w)

-- fragment: outage_open
o.status IN ('announced', 'active', 'partial')

-- fragment: outage_counts
'houses', (SELECT count(DISTINCT house_id) FROM outage_house oh WHERE oh.outage_id = o.id),
'houses_now', (SELECT count(*) FROM outage_house oh WHERE oh.outage_id = o.id AND oh.restored_at IS NULL AND {outage_open})

-- fragment: outage_broken
-- the clock marks it within a second; who looks before that sees it, too
(o.status IN ('active', 'partial') AND (o.promise_broken OR coalesce(o.promised_at < now(), false)))

-- fragment: outage_house_meant
-- is the interval fh of outage o one that the list asks for: off at that moment, or still off, or ever
CASE WHEN $16::timestamptz IS NOT NULL THEN fh.off_at <= $16 AND coalesce(fh.restored_at > $16, true)
     ELSE fh.restored_at IS NULL OR NOT (coalesce($2::boolean, false) OR coalesce($15::boolean, false)) END

-- fragment: outage_place_meant
-- the same of its house h in a place; the board does not count a house that has no such supply
{outage_house_meant} AND (NOT coalesce($15, false) AND $16 IS NULL OR NOT o.resource = ANY (h.without))

-- fragment: outage_filters
-- $1 status $2 open $3 kind $4 resource $5 supplier (0: not named) $6 house $7 district (0: none) $8 settlement $9 source $10 broken
-- $11 from $12 to (began) $13 pattern of the number $14 query (reason, streets, supplier) $15 now on the board $16 in force at
    ($1::text IS NULL OR o.status = $1) AND ($2::boolean IS NULL OR $2 = ({outage_open}))
AND ($3::text IS NULL OR o.kind = $3) AND ($4::text IS NULL OR o.resource = $4)
AND ($5::bigint IS NULL OR o.supplier_id = $5 OR ($5 = 0 AND o.supplier_id IS NULL))
AND ($6::bigint IS NULL OR EXISTS (SELECT 1 FROM outage_house fh WHERE fh.outage_id = o.id AND fh.house_id = $6 AND {outage_house_meant}))
AND ($7::bigint IS NULL OR EXISTS (SELECT 1 FROM outage_house fh JOIN house h ON h.id = fh.house_id JOIN settlement s ON s.id = h.settlement_id
                                   WHERE fh.outage_id = o.id AND coalesce(h.district_id, s.district_id, 0) = $7 AND {outage_place_meant}))
AND ($8::bigint IS NULL OR EXISTS (SELECT 1 FROM outage_house fh JOIN house h ON h.id = fh.house_id
                                   WHERE fh.outage_id = o.id AND h.settlement_id = $8 AND {outage_place_meant}))
AND ($9::text IS NULL OR o.source = $9) AND ($10::boolean IS NULL OR $10 = {outage_broken})
AND ($11::date IS NULL OR o.started_at >= $11) AND ($12::date IS NULL OR o.started_at < $12::date + 1)
AND ($13::text IS NULL OR gorod_fold(o.number) LIKE gorod_fold($13))
AND ($14::text IS NULL OR gorod_fold(o.reason) LIKE '%' || gorod_like($14) || '%'
     OR o.supplier_id IN (SELECT c.id FROM company c WHERE gorod_fold(c.name) LIKE '%' || gorod_like($14) || '%')
     OR EXISTS (SELECT 1 FROM outage_house fh JOIN house h ON h.id = fh.house_id JOIN street st ON st.id = h.street_id
                WHERE fh.outage_id = o.id AND gorod_fold(st.name) LIKE '%' || gorod_like($14) || '%'))
AND ($15::boolean IS NULL OR $15 = (o.status IN ('active', 'partial') AND o.kind IN ('emergency', 'planned')))
AND ($16::timestamptz IS NULL OR (o.status NOT IN ('cancelled', 'announced') AND tstzrange(o.started_at, o.ended_at) @> $16
                                   AND (EXISTS (SELECT 1 FROM outage_house fh WHERE fh.outage_id = o.id AND {outage_house_meant})
                                        OR NOT EXISTS (SELECT 1 FROM outage_house fh WHERE fh.outage_id = o.id))))

-- fragment: outage_order
CASE WHEN $17 = 'begun' THEN o.started_at END DESC, CASE WHEN $17 <> 'old' THEN o.id END DESC, CASE WHEN $17 = 'old' THEN o.id END

-- name: outage_list
-- plan: custom
-- ... $17 sort (new, old; begun: the last to begin first) $18 after the beginning in microseconds $19 after id $20 limit
-- -> json, status, relations, beginning, id
-- The page is chosen first, by one table and its indexes; names are looked up for its rows alone. Of a house asked for: since when it is off, and
-- when it came back, which may be before the others.
WITH page AS MATERIALIZED (
    SELECT o.* FROM outage o
    WHERE {outage_filters}
      AND ($19::bigint IS NULL OR CASE $17::text WHEN 'old' THEN o.id > $19 WHEN 'new' THEN o.id < $19
                                       ELSE (o.started_at, o.id) < (timestamptz 'epoch' + $18::bigint * interval '1 microsecond', $19) END)
    ORDER BY {outage_order} LIMIT $20::integer)
SELECT json_build_object('id', o.id, 'number', o.number, 'version', o.version, 'status', o.status, 'kind', o.kind, 'resource', o.resource,
           'supplier', o.supplier_id, 'supplier_name', (SELECT c.name FROM company c WHERE c.id = o.supplier_id), 'reason', left(o.reason, 300),
           'started', o.started_at, 'promised', o.promised_at, 'ended', o.ended_at, 'promise_broken', {outage_broken},
           'promises', (SELECT count(*) FROM outage_promise p WHERE p.outage_id = o.id), 'where', {outage_where}, {outage_counts},
           'source', o.source, 'source_kind', o.source_kind, 'house_off', fh.off_at, 'house_back', fh.restored_at),
       o.status, 0, (extract(epoch FROM o.started_at) * 1000000)::bigint, o.id
FROM page o LEFT JOIN LATERAL (SELECT oh.off_at, oh.restored_at FROM outage_house oh WHERE oh.outage_id = o.id AND oh.house_id = $6
                               ORDER BY oh.off_at DESC LIMIT 1) fh ON $6 IS NOT NULL
ORDER BY {outage_order};

-- name: outage_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM outage o WHERE {outage_filters} LIMIT 10001) n;

-- fragment: outage_first_houses
-- of outage o, in the order of addresses
coalesce((SELECT json_agg(json_build_object('id', f.id, 'address', f.address, 'off', f.off_at, 'restored', f.restored_at, 'social_objects', f.social) ORDER BY f.place)
          FROM (SELECT h.id, {outage_address} AS address, oh.off_at, oh.restored_at,
                       (SELECT json_agg(json_build_object('id', x.id, 'kind', x.kind, 'name', CASE WHEN x.kind <> 'vulnerable_resident' THEN x.name END,
                                                          'phone', x.contact_duty_phone) ORDER BY x.name)
                        FROM social_object x WHERE x.house_id = h.id AND x.disabled_at IS NULL) AS social,
                       row_number() OVER (ORDER BY s.name, (SELECT st.key FROM street st WHERE st.id = h.street_id), h.number_value, h.number_order COLLATE "C", h.id) AS place
                FROM (SELECT DISTINCT ON (house_id) * FROM outage_house WHERE outage_id = o.id ORDER BY house_id, off_at DESC) oh
                JOIN house h ON h.id = oh.house_id JOIN settlement s ON s.id = h.settlement_id) f
          WHERE f.place <= 200), '[]')

-- fragment: outage_alike
-- the houses of outage o that count in the month from m.first_at, told by one of them where all that gorod_breaks asks of a house is the same: of twenty
-- thousand houses some few have another past
(SELECT min(g.house_id) AS house_id, count(*) AS houses
 FROM (SELECT h.id AS house_id, h.two_sources, o.resource = ANY (h.without) AS never,
              string_agg(concat_ws(' ', b.outage_id, b.off_at, b.restored_at), ',' ORDER BY b.outage_id, b.off_at) FILTER (WHERE bo.id IS NOT NULL) AS past
       FROM (SELECT DISTINCT oh.house_id FROM outage_house oh
             WHERE oh.outage_id = o.id AND o.status <> 'announced' AND (oh.restored_at IS NULL OR o.status = 'restored')) off
       JOIN house h ON h.id = off.house_id
       LEFT JOIN outage_house b ON b.house_id = h.id AND b.off_at < m.first_at + interval '1 month' AND coalesce(b.restored_at, 'infinity') > m.first_at
       LEFT JOIN outage bo ON bo.id = b.outage_id AND bo.resource = o.resource
       GROUP BY h.id) g
 GROUP BY g.two_sources, g.never, g.past)

-- fragment: outage_allowed_json
-- of outage o: what is allowed beside what was promised, over the houses that are off now (of a closed one: all it had)
(SELECT json_build_object('outage', o.id, 'resource', o.resource, 'promised', o.promised_at, 'condition', rule.condition,
            'condition_ru', rule.allowed->>'ru', 'condition_en', rule.allowed->>'en', 'has_rule', rule.allowed IS NOT NULL,
            'by_hours', coalesce(rule.allowed ?| ARRAY['at_once_hours', 'month_hours'], false), 'at_once_hours', b.at_once_hours, 'month_hours', b.month_hours,
            'at_once_until', b.at_once_until, 'month_off_s', b.month_off_s, 'month_left_s', b.month_left_s,
            'allowed_until', CASE WHEN o.status IN ('active', 'partial') THEN least(b.at_once_until, b.month_until) END,
            'exceeded_houses', b.exceeded_houses, 'exceeded_s', b.exceeded_s, 'excess_percent', (rule.data->>'excess_percent')::numeric,
            'conditions', coalesce((SELECT json_agg(json_build_object('id', v.key, 'ru', v.value->'ru', 'en', v.value->'en', 'at_once_hours', v.value->'at_once_hours',
                                                        'month_hours', v.value->'month_hours')) FROM jsonb_each(rule.data->'allowed') v), '[]'))
 FROM (SELECT 1) one LEFT JOIN LATERAL (
     SELECT k.data, coalesce(o.condition, k.data->>'usual') AS condition, k.data->'allowed'->coalesce(o.condition, k.data->>'usual') AS allowed
     FROM classifier k WHERE k.classifier = 'outage_resource' AND k.code = o.resource) rule ON true
 CROSS JOIN LATERAL (
     SELECT min(r.at_once_hours) AS at_once_hours, min(r.month_hours) AS month_hours, max(r.off_s) AS month_off_s,
            min(greatest(0, 3600 * r.month_hours - r.off_s))::bigint AS month_left_s,
            min(r.since + make_interval(secs => 3600 * r.at_once_hours::double precision)) FILTER (WHERE NOT r.special) AS at_once_until,
            min(now() + make_interval(secs => (3600 * r.month_hours - r.off_s)::double precision)) FILTER (WHERE NOT r.special) AS month_until,
            coalesce(sum(x.houses) FILTER (WHERE r.exceeded_s > 0), 0)::bigint AS exceeded_houses, coalesce(max(r.exceeded_s), 0) AS exceeded_s
     FROM (SELECT date_trunc('month', coalesce(o.ended_at, now())) AS first_at) m CROSS JOIN LATERAL {outage_alike} x
     CROSS JOIN LATERAL gorod_breaks(x.house_id, o.resource, m.first_at, m.first_at + interval '1 month') r) b)

-- name: outage_get
-- ($1 id) -> json, status, relations, version
SELECT json_build_object('id', o.id, 'number', o.number, 'version', o.version, 'status', o.status, 'kind', o.kind, 'resource', o.resource,
           'supplier', o.supplier_id, 'supplier_name', c.name, 'supplier_phone', c.phone, 'reason', o.reason, 'condition', o.condition,
           'started', o.started_at, 'promised', o.promised_at, 'ended', o.ended_at, 'promise_broken', {outage_broken}, 'noticed', o.noticed_on,
           'source', o.source, 'source_kind', o.source_kind, 'external_id', o.external_id, 'opened_at', o.opened_at,
           'opened_by', o.opened_by, 'opened_by_name', u.name, 'where', {outage_where}, {outage_counts},
           'residents_now', n.residents, 'residents_estimated', n.estimated, 'flats_now', n.flats, 'social_now', n.social,
           'promises', coalesce((SELECT json_agg(json_build_object('said_at', p.said_at, 'promised', p.promised_at, 'reason', p.reason, 'by', pu.name) ORDER BY p.id)
                                 FROM outage_promise p JOIN app_user pu ON pu.id = p.said_by WHERE p.outage_id = o.id), '[]'),
           'notice_late', o.kind = 'planned' AND o.source IS NULL AND (
               SELECT count(*) FROM generate_series(coalesce(o.noticed_on, o.opened_at::date), o.started_at::date - 1, interval '1 day') AS d(day)
               LEFT JOIN calendar_day cd ON cd.date = d.day::date
               WHERE CASE WHEN cd.kind IS NULL THEN extract(isodow FROM d.day) < 6 ELSE cd.kind IN ('work', 'short') END) < 10,
           'house_list', {outage_first_houses}, 'files', {outage_files}, 'allowed', {outage_allowed_json},
           'comments', coalesce((SELECT json_agg(json_build_object('id', m.id, 'at', m.at, 'actor', m.author_id, 'actor_name', mu.name, 'text', m.text) ORDER BY m.id)
                                 FROM comment m JOIN app_user mu ON mu.id = m.author_id WHERE m.record = 'outage' AND m.record_id = o.id), '[]'),
           'history', coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', eu.name, 'action', e.action,
                                                    'for', e.for_id, 'for_name', f.name, 'from', e.from_state, 'to', e.to_state,
                                                    'comment', e.comment, 'changes', {named_changes}) ORDER BY e.id)
                                FROM event e LEFT JOIN app_user eu ON eu.id = e.actor_id LEFT JOIN app_user f ON f.id = e.for_id
                                WHERE e.record = 'outage' AND e.record_id = o.id), '[]')),
       o.status, 0, o.version
FROM outage o
LEFT JOIN company c ON c.id = o.supplier_id JOIN app_user u ON u.id = o.opened_by
CROSS JOIN LATERAL (
    SELECT coalesce(sum(gorod_residents(h, s.residents_per_flat)), 0) AS residents,
           coalesce(sum(gorod_residents(h, s.residents_per_flat)) FILTER (WHERE h.residents IS NULL), 0) AS estimated, coalesce(sum(h.flats), 0) AS flats,
           coalesce(sum((SELECT count(*) FROM social_object x WHERE x.house_id = h.id AND x.disabled_at IS NULL)), 0) AS social
    FROM outage_house oh JOIN house h ON h.id = oh.house_id JOIN settlement s ON s.id = h.settlement_id
    WHERE oh.outage_id = o.id AND oh.restored_at IS NULL AND {outage_open}) n
WHERE o.id = $1::bigint;

-- name: outage_lock
-- ($1 id) -> status, relations, version, number, kind, resource, started, promised, ended (seconds since 1970), supplier, now,
-- promised as JSON has it
SELECT o.status, 0, o.version, o.number, o.kind, o.resource, floor(extract(epoch FROM o.started_at))::bigint, ceil(extract(epoch FROM o.promised_at))::bigint,
       floor(extract(epoch FROM o.ended_at))::bigint, o.supplier_id, floor(extract(epoch FROM clock_timestamp()))::bigint,
       to_json(o.promised_at)#>>'{}'
FROM outage o WHERE o.id = $1::bigint FOR UPDATE;

-- name: outage_touch
UPDATE outage SET version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: outage_find_number
SELECT id FROM outage WHERE number = $1::text OR replace(number, '/', '-') = $1::text LIMIT 1;

-- name: outage_by_external
-- (external id, user) -> id, number, version, whether the user may know of it
SELECT id, number, version, $2::bigint > 0 FROM outage WHERE external_id = $1::text;

-- name: outage_add
-- ($1 series, $2 year, $3 letters, $4 status, $5 kind, $6 resource, $7 supplier, $8 reason, $9 condition, $10 started or NULL: this second, $11 promised,
--  $12 noticed, $13 source, $14 source_kind, $15 external_id, $16 user) -> id, number
WITH serial AS ({next_number}), numbered AS (
    SELECT value, $3::text || '-' || value || '/' || lpad(($2::integer % 100)::text, 2, '0') AS number FROM serial)
INSERT INTO outage (number, year, serial, status, kind, resource, supplier_id, reason, condition, started_at, promised_at, noticed_on, source,
                    source_kind, external_id, opened_by)
SELECT n.number, $2, n.value, $4::text, $5::text, $6::text, $7::bigint, coalesce($8::text, ''), $9::text, coalesce($10::timestamptz, date_trunc('second', now())),
       $11::timestamptz, $12::date, $13::text, $14::text, $15::text, $16::bigint
FROM numbered n
RETURNING id, number;

-- name: outage_promise_add
-- (outage, user, promised, reason)
INSERT INTO outage_promise (outage_id, said_by, promised_at, reason) VALUES ($1::bigint, $2::bigint, $3::timestamptz, coalesce($4::text, ''));

-- name: outage_houses_add
-- (outage, houses[], off at or NULL: since the outage began): those that are cut off already stay as they are, and none is off before it had come
-- back. What came back in the second in which it went off was never off: its interval goes on
INSERT INTO outage_house (outage_id, house_id, off_at)
SELECT $1::bigint, h.id, greatest(coalesce($3::timestamptz, o.started_at), (SELECT max(x.restored_at) FROM outage_house x WHERE x.outage_id = $1 AND x.house_id = h.id))
FROM (SELECT DISTINCT unnest($2::bigint[]) AS id ORDER BY 1) h CROSS JOIN outage o
WHERE o.id = $1 AND NOT EXISTS (SELECT 1 FROM outage_house x WHERE x.outage_id = $1 AND x.house_id = h.id AND x.restored_at IS NULL)
ON CONFLICT (outage_id, house_id, off_at) DO UPDATE SET restored_at = NULL;

-- name: outage_houses_hold
-- (outage, houses[] or NULL) -> how many. What it has cut off and these, in the order in which everybody takes houses: whoever is about to change
-- them by more than one statement holds them first, so that two never wait for each other
SELECT count(*) FROM (SELECT 1 FROM house WHERE id IN (SELECT oh.house_id FROM outage_house oh WHERE oh.outage_id = $1::bigint AND oh.restored_at IS NULL
                                                       UNION SELECT unnest($2::bigint[])) ORDER BY id FOR NO KEY UPDATE) h;

-- name: outage_houses_were_off
-- (outage, houses[], at or NULL: since the outage began) -> a row if one of them was off after that and has come back
SELECT 1 FROM outage_house x JOIN outage o ON o.id = x.outage_id
WHERE x.outage_id = $1::bigint AND x.house_id = ANY ($2::bigint[]) AND x.restored_at > x.off_at AND x.restored_at > coalesce($3::timestamptz, o.started_at) LIMIT 1;

-- name: outage_houses_later
-- (outage, houses[] or NULL: all, at) -> a row if one of them went off after that, or, where all are asked for, came back after it
SELECT 1 FROM outage_house x
WHERE x.outage_id = $1::bigint AND (CASE WHEN $2::bigint[] IS NULL THEN greatest(x.off_at, x.restored_at) > $3::timestamptz
                                         ELSE x.house_id = ANY ($2) AND x.restored_at IS NULL AND x.off_at > $3 END) LIMIT 1;

-- name: outage_houses_last_back
-- (outage) -> when the last of its houses came back
SELECT to_json(max(restored_at))#>>'{}' FROM outage_house WHERE outage_id = $1::bigint;

-- name: outage_houses_restore
-- (outage, houses[] or NULL: all that are off, at): an interval never ends before it begins
UPDATE outage_house SET restored_at = greatest(off_at, $3::timestamptz)
WHERE outage_id = $1::bigint AND restored_at IS NULL AND ($2::bigint[] IS NULL OR house_id = ANY ($2));

-- name: outage_houses_begin
-- (outage, another beginning): of the houses that went off when it began; asked before the outage itself is moved
UPDATE outage_house oh SET off_at = $2::timestamptz FROM outage o
WHERE o.id = $1::bigint AND oh.outage_id = o.id AND oh.off_at = o.started_at AND oh.off_at <> $2;

-- name: outage_houses_before
-- (outage, another beginning) -> a row if a house had come back by then, or one that followed had gone off
SELECT 1 FROM outage_house oh JOIN outage o ON o.id = oh.outage_id
WHERE o.id = $1::bigint AND (oh.restored_at < $2::timestamptz OR (oh.off_at > o.started_at AND oh.off_at <= $2)) LIMIT 1;

-- name: outage_houses_again
-- (outage, at): the houses that its last closing brought back are cut off again
INSERT INTO outage_house (outage_id, house_id, off_at)
SELECT oh.outage_id, oh.house_id, $2::timestamptz FROM outage_house oh JOIN outage o ON o.id = oh.outage_id
WHERE oh.outage_id = $1::bigint AND oh.restored_at = o.ended_at AND oh.off_at < $2
ON CONFLICT DO NOTHING;

-- name: outage_houses_off
-- (outage) -> how many houses are off
SELECT count(*) FROM outage_house WHERE outage_id = $1::bigint AND restored_at IS NULL;

-- name: outage_strangers
-- (outage, houses[]) -> the first of them that this outage has not cut off
SELECT h FROM unnest($2::bigint[]) AS h
WHERE NOT EXISTS (SELECT 1 FROM outage_house oh WHERE oh.outage_id = $1::bigint AND oh.house_id = h AND oh.restored_at IS NULL) LIMIT 1;

-- name: outage_move
-- ($1 id, $2 status, $3 kind, $4 started, $5 promised, $6 ended, $7 the end is taken back) -> version. What is NULL stays; a promise that is over
-- was of the first time, not of what is off again
UPDATE outage SET status = $2::text, kind = coalesce($3::text, kind), started_at = coalesce($4::timestamptz, started_at),
       promise_broken = promise_broken AND $5::timestamptz IS NULL AND NOT $7::boolean,
       promised_at = coalesce($5, CASE WHEN NOT $7 OR promised_at > now() THEN promised_at END),
       ended_at = CASE WHEN $7 THEN NULL ELSE coalesce($6::timestamptz, ended_at) END, version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: outage_set
-- ($1 id, $2 supplier, $3 reason, $4 condition, $5 started, $6 noticed, $7 resource) -> version
UPDATE outage SET supplier_id = coalesce($2::bigint, supplier_id), reason = coalesce($3::text, reason), condition = coalesce($4::text, condition),
       started_at = coalesce($5::timestamptz, started_at), noticed_on = coalesce($6::date, noticed_on), resource = coalesce($7::text, resource),
       reminded_at = CASE WHEN $5 IS NULL THEN reminded_at END, version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: outage_facts
-- (id) -> what outage.set may change, as it is
SELECT json_build_object('supplier', supplier_id, 'reason', reason, 'condition', condition, 'started', started_at, 'noticed', noticed_on, 'resource', resource)
FROM outage WHERE id = $1::bigint;

-- name: outage_houses
-- plan: custom
-- ($1 outage, $2 only those off, $3 after place, $4 after house, $5 limit) -> json, place, house: in the order of addresses. Of a resident on life
-- support it says that there is one; who, the card of the house tells those who may know
SELECT json_build_object('id', h.id, 'address', {outage_address}, 'residents', gorod_residents(h, s.residents_per_flat), 'estimated', h.residents IS NULL,
           'flats', h.flats, 'company_name', (SELECT c.name FROM company c WHERE c.id = h.company_id), 'off', oh.off_at, 'restored', oh.restored_at,
           'social_objects', coalesce((SELECT json_agg(json_build_object('id', x.id, 'kind', x.kind, 'name', CASE WHEN x.kind <> 'vulnerable_resident' THEN x.name END,
                                                           'phone', CASE WHEN x.kind <> 'vulnerable_resident' THEN x.contact_duty_phone END, 'backup_power_kw', x.backup_power_kw) ORDER BY x.name)
                                       FROM social_object x WHERE x.house_id = h.id AND x.disabled_at IS NULL), '[]'),
           'social', (SELECT string_agg(concat_ws(' ', nullif(x.name, ''), nullif(x.contact_duty_phone, '')), '; ' ORDER BY x.name)
                      FROM social_object x WHERE x.house_id = h.id AND x.disabled_at IS NULL AND x.kind <> 'vulnerable_resident'),
           'vulnerable', (SELECT min(x.kind) FROM social_object x WHERE x.house_id = h.id AND x.disabled_at IS NULL AND x.kind = 'vulnerable_resident')),
       p.place, h.id
FROM (SELECT DISTINCT ON (house_id) * FROM outage_house WHERE outage_id = $1::bigint ORDER BY house_id, off_at DESC) oh
JOIN house h ON h.id = oh.house_id JOIN settlement s ON s.id = h.settlement_id
CROSS JOIN LATERAL (SELECT concat_ws(chr(1), s.name, (SELECT st.key FROM street st WHERE st.id = h.street_id), lpad(h.number_value::text, 9, '0'), h.number_order) AS place) p
WHERE ($2::boolean IS NULL OR $2 = (oh.restored_at IS NULL)) AND ($3::text IS NULL OR (p.place COLLATE "C", h.id) > ($3, $4::bigint))
ORDER BY p.place COLLATE "C", h.id LIMIT $5::integer;

-- name: outage_houses_count
SELECT count(*) FROM (SELECT DISTINCT ON (house_id) house_id, restored_at FROM outage_house WHERE outage_id = $1::bigint ORDER BY house_id, off_at DESC) oh
WHERE $2::boolean IS NULL OR $2 = (oh.restored_at IS NULL);
