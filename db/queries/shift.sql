-- Shifts of the duty desk: who is on duty, what happened, what is handed over.

-- fragment: served_to_roles
-- the usual parameters, where the roles of the operations guard and only the first of the users counts
($1::bigint[] IS NOT NULL AND $2::boolean IS NOT NULL AND $3::bigint[] IS NOT NULL)

-- fragment: shift_entry_json
json_build_object('id', n.id, 'at', n.at, 'kind', n.kind, 'who', n.who, 'text', n.text, 'author_name', nu.name, 'done_at', n.done_at, 'done_text', n.done_text,
                  'waits', n.done_at IS NULL AND coalesce((nk.data->>'waits')::boolean, false))

-- fragment: shift_waiting
-- entries n of kinds that wait for something, and have not got it
(n.done_at IS NULL AND EXISTS (SELECT 1 FROM classifier w WHERE w.classifier = 'shift_entry_kind' AND w.code = n.kind AND (w.data->>'waits')::boolean))

-- fragment: shift_outage
json_build_object('record', 'outage', 'id', o.id, 'number', o.number, 'status', o.status, 'kind', o.kind, 'resource', o.resource, 'at', o.started_at,
                  'until', o.promised_at, 'reason', left(o.reason, 100),
                  'houses', (SELECT count(DISTINCT h.house_id) FROM outage_house h WHERE h.outage_id = o.id AND h.restored_at IS NULL))

-- fragment: shift_open_rows
-- what is open now, as rows (part, ord, id, json): each part of a hand-over in its order
SELECT 'incidents' AS part, 1 AS ord, i.id, json_build_object('record', 'incident', 'id', i.id, 'number', i.number, 'status', i.status, 'type', i.type,
           'priority', i.priority, 'place', i.place, 'at', i.taken_at, 'until', i.told_until) AS item
FROM incident i WHERE i.closed_at IS NULL
UNION ALL
SELECT 'promises', 2, i.id, json_build_object('record', 'incident', 'id', i.id, 'number', i.number, 'status', i.status, 'type', i.type, 'place', i.place,
           'until', i.told_until)
FROM incident i WHERE i.closed_at IS NULL AND i.told_until < now() AND i.resolved_at IS NULL
UNION ALL
SELECT CASE o.status WHEN 'announced' THEN 'planned' ELSE 'outages' END, CASE o.status WHEN 'announced' THEN 4 ELSE 3 END, o.id, {shift_outage}
FROM outage o WHERE o.status IN ('active', 'partial') OR o.status = 'announced' AND o.started_at < now() + interval '1 day'
UNION ALL
SELECT 'promises', 2, o.id, {shift_outage} FROM outage o WHERE o.status IN ('active', 'partial') AND o.promised_at < now()
UNION ALL
SELECT 'unanswered', 5, v.id, json_build_object('record', 'incident', 'id', i.id, 'number', i.number, 'service', v.service, 'at', v.informed_at, 'place', i.place)
FROM incident_service v JOIN incident i ON i.id = v.incident_id
WHERE i.closed_at IS NULL AND i.resolved_at IS NULL AND v.informed_at IS NOT NULL AND v.answered_at IS NULL
UNION ALL
SELECT CASE n.kind WHEN 'asked' THEN 'unanswered' ELSE 'orders' END, CASE n.kind WHEN 'asked' THEN 5 ELSE 6 END, n.id,
       json_build_object('record', 'shift_entry', 'id', n.id, 'kind', n.kind, 'who', n.who, 'text', left(n.text, 200), 'at', n.at)
FROM shift_entry n WHERE {shift_waiting}

-- fragment: shift_open_json
-- of the rows o: the parts, in the order of a hand-over
json_build_object('incidents', coalesce(json_agg(o.item ORDER BY o.id) FILTER (WHERE o.part = 'incidents'), '[]'),
                         'promises', coalesce(json_agg(o.item ORDER BY o.id) FILTER (WHERE o.part = 'promises'), '[]'),
                         'outages', coalesce(json_agg(o.item ORDER BY o.id) FILTER (WHERE o.part = 'outages'), '[]'),
                         'planned', coalesce(json_agg(o.item ORDER BY o.id) FILTER (WHERE o.part = 'planned'), '[]'),
                         'unanswered', coalesce(json_agg(o.item ORDER BY o.id) FILTER (WHERE o.part = 'unanswered'), '[]'),
                         'orders', coalesce(json_agg(o.item ORDER BY o.id) FILTER (WHERE o.part = 'orders'), '[]'))

-- fragment: shift_open_digest
md5(coalesce(string_agg(o.part || (o.item->>'record') || o.id, ',' ORDER BY o.ord, o.id), ''))

-- name: shift_open_items
-- () -> json of the parts, digest of what they hold, how many
SELECT {shift_open_json}, {shift_open_digest}, count(*) FROM ({shift_open_rows}) o;

-- fragment: shift_relations
-- bits of enum relation: the next dispatcher is another than who answers for the shift
((s.dispatcher_id <> ($1::bigint[])[1])::integer * 16384)

-- fragment: shift_row
'id', s.id, 'number', s.number, 'version', s.version, 'status', s.status, 'opened_at', s.opened_at, 'planned_end', s.planned_end, 'closed_at', s.closed_at,
'dispatcher', s.dispatcher_id, 'dispatcher_name', (SELECT u.name FROM app_user u WHERE u.id = s.dispatcher_id),
'accepted_by_name', (SELECT u.name FROM app_user u WHERE u.id = s.accepted_by), 'offered_at', s.offered_at, 'accepted_at', s.accepted_at, 'regime', s.regime,
'late_minutes', greatest(0, ceil(extract(epoch FROM coalesce(s.accepted_at, now()) - s.planned_end) / 60)::integer),
'incidents', (SELECT count(*) FROM incident i WHERE i.shift_id = s.id)

-- name: shift_list
-- plan: custom
-- ($1..$3 the usual, $4 from, $5 to, $6 after id, $7 limit) newest first -> json, status, relations, id
SELECT json_build_object({shift_row}), s.status, {shift_relations}, s.id
FROM shift s
WHERE {served_to_roles} AND ($4::date IS NULL OR s.opened_at >= $4) AND ($5::date IS NULL OR s.opened_at < $5::date + 1) AND ($6::bigint IS NULL OR s.id < $6)
ORDER BY s.id DESC LIMIT $7::integer;

-- name: shift_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM shift s WHERE {served_to_roles} AND ($4::date IS NULL OR s.opened_at >= $4) AND ($5::date IS NULL OR s.opened_at < $5::date + 1)
                      LIMIT 10001) n;

-- name: shift_get
-- ($1..$3 the usual, $4 id) -> json, status, relations, version
SELECT json_build_object({shift_row}, 'members', coalesce((SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name)
                                                           FROM app_user u WHERE u.id = ANY (s.members)), '[]'),
           'weather', s.weather, 'note', s.note, 'handover_note', s.handover_note, 'checks', s.checks, 'open_items', s.open_items,
           'open_now', CASE WHEN s.closed_at IS NULL THEN (SELECT json_build_object('items', {shift_open_json}, 'digest', {shift_open_digest}, 'count', count(*))
                                                          FROM ({shift_open_rows}) o) END,
           'offered_by_name', (SELECT u.name FROM app_user u WHERE u.id = s.offered_by), 'remarks', s.remarks,
           'previous', s.previous_id, 'previous_number', (SELECT p.number FROM shift p WHERE p.id = s.previous_id),
           'entries', coalesce((SELECT json_agg({shift_entry_json} ORDER BY n.id) FROM shift_entry n JOIN app_user nu ON nu.id = n.author_id
                                LEFT JOIN classifier nk ON nk.classifier = 'shift_entry_kind' AND nk.code = n.kind WHERE n.shift_id = s.id), '[]'),
           'waiting', coalesce((SELECT json_agg({shift_entry_json} ORDER BY n.id) FROM shift_entry n JOIN app_user nu ON nu.id = n.author_id
                                LEFT JOIN classifier nk ON nk.classifier = 'shift_entry_kind' AND nk.code = n.kind
                                WHERE s.closed_at IS NULL AND n.shift_id <> s.id AND {shift_waiting}), '[]'),
           'by_type', coalesce((SELECT json_agg(json_build_object('type', t.type, 'count', t.count) ORDER BY t.count DESC, t.type)
                                FROM (SELECT i.type, count(*) FROM incident i WHERE i.shift_id = s.id GROUP BY i.type) t), '[]'),
           'history', coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action,
                                                  'from', e.from_state, 'to', e.to_state, 'comment', e.comment, 'changes', e.changes) ORDER BY e.id)
                                FROM event e LEFT JOIN app_user u ON u.id = e.actor_id
                                WHERE e.record = 'shift' AND e.record_id = s.id), '[]')),
       s.status, {shift_relations}, s.version
FROM shift s WHERE s.id = $4::bigint AND {served_to_roles};

-- name: shift_lock
-- ($1..$3 the usual, $4 id) -> status, relations, version, number, planned end, dispatcher, opened at; holds the row
SELECT s.status, {shift_relations}, s.version, s.number, s.planned_end, s.dispatcher_id, s.opened_at
FROM shift s WHERE s.id = $4::bigint AND {served_to_roles} FOR UPDATE;

-- name: shift_relations_of
SELECT {shift_relations} FROM shift s WHERE s.id = $2::bigint AND $3::bigint[] IS NOT NULL;

-- name: shift_touch
UPDATE shift SET version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: shift_find_number
SELECT id FROM shift WHERE number = $1::text OR replace(number, '/', '-') = $1::text LIMIT 1;

-- name: shift_now
-- () -> the shift on duty; no row: none is
SELECT id FROM shift WHERE closed_at IS NULL;

-- name: shift_open
-- ($1 series, $2 year, $3 letters, $4 status, $5 dispatcher, $6 planned end or NULL: in twelve hours, $7 members, $8 regime, $9 weather, $10 note, $11 previous
-- or NULL) -> id, number; no row: a shift is on duty
WITH serial AS ({next_number})
INSERT INTO shift (number, year, serial, status, opened_at, dispatcher_id, planned_end, members, regime, weather, note, previous_id)
SELECT $3::text || '-' || n.value || '/' || lpad(($2::integer % 100)::text, 2, '0'), $2, n.value, $4::text, n.at, $5::bigint,
       coalesce($6::timestamptz, n.at + interval '12 hours'), coalesce($7::bigint[], '{}'), coalesce($8::text, 'daily'), coalesce($9::text, ''), coalesce($10::text, ''),
       coalesce($11::bigint, (SELECT max(p.id) FROM shift p))
FROM (SELECT value, coalesce((SELECT p.closed_at FROM shift p WHERE p.id = $11), clock_timestamp()) AS at FROM serial) n
ON CONFLICT ((true)) WHERE closed_at IS NULL DO NOTHING
RETURNING id, number;

-- name: shift_facts
SELECT json_build_object('regime', regime, 'weather', weather, 'note', note, 'members', to_json(members)) FROM shift WHERE id = $1::bigint;

-- name: shift_set
-- ($1 id, $2 regime, $3 weather, $4 note, $5 members, $6 planned end) -> version
UPDATE shift SET regime = coalesce($2::text, regime), weather = coalesce($3::text, weather), note = coalesce($4::text, note),
       members = coalesce($5::bigint[], members), planned_end = coalesce($6::timestamptz, planned_end), version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: shift_move
-- ($1 id, $2 status, $3 what: offer, accept, refuse, $4 user, $5 note of the hand-over, $6 checks, $7 remarks, $8 open items) -> version
UPDATE shift SET status = $2::text, version = version + 1,
       offered_at = CASE $3::text WHEN 'offer' THEN clock_timestamp() WHEN 'refuse' THEN NULL ELSE offered_at END,
       offered_by = CASE $3 WHEN 'offer' THEN $4::bigint WHEN 'refuse' THEN NULL ELSE offered_by END,
       handover_note = coalesce($5::text, handover_note), checks = coalesce($6::jsonb, checks), remarks = coalesce($7::text, remarks),
       open_items = coalesce($8::jsonb, open_items),
       accepted_at = CASE WHEN $3 = 'accept' THEN clock_timestamp() END, accepted_by = CASE WHEN $3 = 'accept' THEN $4 END,
       closed_at = CASE WHEN $3 = 'accept' THEN clock_timestamp() END
WHERE id = $1::bigint RETURNING version;

-- name: shift_entry_add
-- (shift, kind, who, text, author) -> id
INSERT INTO shift_entry (shift_id, kind, who, text, author_id) VALUES ($1::bigint, $2::text, coalesce($3::text, ''), $4::text, $5::bigint) RETURNING id;

-- name: shift_entry_done
-- (entry, text) -> its shift; no row: there is none that waits
UPDATE shift_entry n SET done_at = clock_timestamp(), done_text = coalesce($2::text, '') WHERE n.id = $1::bigint AND {shift_waiting} RETURNING n.shift_id;
