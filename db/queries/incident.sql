-- Incidents of the duty desk: calls, services, clocks, repeats.

-- fragment: incident_services
-- of incident i
coalesce((SELECT json_agg(json_build_object('id', v.id, 'service', v.service, 'informed_at', v.informed_at, 'contact', v.contact, 'answer', v.answer,
                                            'answered_at', v.answered_at, 'arrived_at', v.arrived_at,
                                            'informed_by_name', (SELECT u.name FROM app_user u WHERE u.id = v.informed_by)) ORDER BY v.id)
          FROM incident_service v WHERE v.incident_id = i.id), '[]')

-- fragment: incident_clock
-- of incident i: the clock that presses most; k.state, k.norm, k.due_at
LEFT JOIN LATERAL (SELECT s.state, s.norm, s.due_at FROM (SELECT gorod_clock_state(c) AS state, c.norm, c.due_at FROM incident_clock c
                   WHERE c.incident_id = i.id AND c.met_at IS NULL AND c.cancelled_at IS NULL) s
                   ORDER BY s.due_at LIMIT 1) k ON i.closed_at IS NULL

-- fragment: incident_row
'id', i.id, 'number', i.number, 'version', i.version, 'status', i.status, 'taken_at', i.taken_at, 'source', i.source, 'type', i.type,
'priority', i.priority, 'text', left(i.text, 300), 'place', i.place, 'house', i.house_id, 'entrance', i.entrance, 'floor', i.floor, 'flat', i.flat,
'resolved_at', i.resolved_at, 'closed_at', i.closed_at, 'told_until', i.told_until, 'outage', i.outage_id, 'repeat_of', i.repeat_of

-- fragment: incident_filters
-- $1 status $2 open $3 type $4 priority $5 service $6 house $7 phone $8 from $9 to $10 clock (soon, breached) $11 shift $12 source $13 outage
-- $14 taken by $15 pattern of the number $16 words $17 repeats of $18 blind: not by persons
    ($1::text IS NULL OR i.status = $1) AND ($2::boolean IS NULL OR $2 = (i.closed_at IS NULL)) AND ($3::text IS NULL OR i.type = $3)
AND ($4::text IS NULL OR i.priority = $4)
AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM incident_service fs WHERE fs.incident_id = i.id AND fs.service = $5))
AND ($6::bigint IS NULL OR i.house_id = $6) AND ($7::text IS NULL OR NOT $18::boolean AND i.phone_key <> '' AND i.phone_key = gorod_phone($7))
AND ($8::date IS NULL OR i.taken_at >= $8) AND ($9::date IS NULL OR i.taken_at < $9::date + 1)
AND ($10::text IS NULL OR EXISTS (SELECT 1 FROM incident_clock fc WHERE fc.incident_id = i.id AND gorod_clock_state(fc) = $10))
AND ($11::bigint IS NULL OR i.shift_id = $11) AND ($12::text IS NULL OR i.source = $12) AND ($13::bigint IS NULL OR i.outage_id = $13)
AND ($14::bigint IS NULL OR i.taken_by = $14)
AND ($15::text IS NULL OR (i.serial = split_part(split_part($15, '-', 2), '/', 1)::bigint AND gorod_fold(i.number) LIKE gorod_fold($15)))
AND ($16::text IS NULL OR i.search @@ gorod_tsquery($16, $18::boolean)) AND ($17::bigint IS NULL OR i.repeat_of = $17)

-- fragment: incident_order
CASE WHEN $19 = 'urgent' THEN i.priority END, CASE WHEN $19 = 'new' THEN i.id END DESC, CASE WHEN $19 <> 'new' THEN i.id END

-- name: incident_list
-- plan: custom
-- ... $19 sort (new, old, urgent) $20 after id $21 after priority $22 limit -> json, status, relations, id, priority
WITH page AS MATERIALIZED (
    SELECT i.* FROM incident i
    WHERE {incident_filters}
      AND ($19::text <> 'new' OR $20::bigint IS NULL OR i.id < $20)
      AND ($19 <> 'old' OR $20 IS NULL OR i.id > $20)
      AND ($19 <> 'urgent' OR $20 IS NULL OR (i.priority, i.id) > ($21::text, $20))
    ORDER BY {incident_order} LIMIT $22::integer)
SELECT json_build_object({incident_row}, 'phone', CASE WHEN $18::boolean THEN '' ELSE i.phone END, 'caller', CASE WHEN $18 THEN '' ELSE i.caller END,
           'taken_by', i.taken_by, 'taken_by_name', (SELECT u.name FROM app_user u WHERE u.id = i.taken_by),
           'services', (SELECT coalesce(json_agg(DISTINCT v.service), '[]') FROM incident_service v WHERE v.incident_id = i.id),
           'informed_at', (SELECT min(v.informed_at) FROM incident_service v WHERE v.incident_id = i.id),
           'clock_state', k.state, 'clock_norm', k.norm, 'clock_due', k.due_at,
           'breached', EXISTS (SELECT 1 FROM incident_clock b WHERE b.incident_id = i.id AND gorod_clock_state(b) = 'breached'),
           'repeats', (SELECT count(*) FROM incident r WHERE r.repeat_of = i.id)),
       i.status, 0, i.id, i.priority
FROM page i {incident_clock}
ORDER BY {incident_order};

-- name: incident_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM incident i WHERE {incident_filters} LIMIT 10001) n;

-- name: incident_get
-- (id) -> json, status, relations, version
SELECT left(json_build_object({incident_row}, 'full_text', i.text, 'phone', i.phone, 'caller', i.caller, 'external_id', i.external_id,
           'taken_by', i.taken_by, 'taken_by_name', tu.name, 'shift', i.shift_id, 'shift_number', (SELECT s.number FROM shift s WHERE s.id = i.shift_id),
           'dead', i.dead, 'injured', i.injured, 'children', i.children, 'rescued', i.rescued, 'measures', i.measures,
           'answered_at', i.answered_at, 'told_at', i.told_at, 'localized_at', i.localized_at,
           'caller_confirmed', i.caller_confirmed, 'escalated_at', i.escalated_at,
           'outage_number', (SELECT o.number FROM outage o WHERE o.id = i.outage_id),
           'resource', (SELECT k.data->>'resource' FROM classifier k WHERE k.classifier = 'incident_type' AND k.code = i.type),
           'repeat_of_number', (SELECT r.number FROM incident r WHERE r.id = i.repeat_of))::text, -1)
       || ',' || substr(json_build_object('services', {incident_services},
           'clocks', coalesce((SELECT json_agg(json_build_object('norm', c.norm, 'label_ru', n.ru, 'label_en', n.en, 'law', n.data->>'law', 'begun_at', c.begun_at,
                                                                 'due_at', c.due_at, 'met_at', c.met_at, 'met_by', c.met_by, 'state', gorod_clock_state(c)) ORDER BY c.due_at, c.norm)
                               FROM incident_clock c LEFT JOIN classifier n ON n.classifier = 'response_norm' AND n.code = c.norm
                               WHERE c.incident_id = i.id), '[]'),
           'repeats', coalesce((SELECT json_agg(json_build_object('id', r.id, 'number', r.number, 'taken_at', r.taken_at, 'caller', r.caller, 'phone', r.phone,
                                                                  'place', r.place, 'status', r.status) ORDER BY r.id)
                                FROM incident r WHERE r.repeat_of = i.id), '[]'),
           -- a card of the desk is read by all who serve there: what is restricted is not named on it
           'appeal', i.appeal_id, 'appeal_number', (SELECT a.number FROM appeal a WHERE a.id = i.appeal_id AND NOT a.restricted),
           'assignment', i.assignment_id, 'assignment_number', (SELECT a.number FROM assignment a WHERE a.id = i.assignment_id AND NOT a.restricted),
           'comments', coalesce((SELECT json_agg(json_build_object('id', m.id, 'at', m.at, 'actor', m.author_id, 'actor_name', u.name, 'text', m.text) ORDER BY m.id)
                                 FROM comment m JOIN app_user u ON u.id = m.author_id WHERE m.record = 'incident' AND m.record_id = i.id), '[]'),
           'history', coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action,
                                                  'from', e.from_state, 'to', e.to_state, 'comment', e.comment, 'changes', {named_changes}) ORDER BY e.id)
                                FROM event e LEFT JOIN app_user u ON u.id = e.actor_id
                                WHERE e.record = 'incident' AND e.record_id = i.id), '[]'))::text, 2),
       i.status, 0, i.version
FROM incident i JOIN app_user tu ON tu.id = i.taken_by
WHERE i.id = $1::bigint;

-- name: incident_lock
-- (id) -> status, relations, version, number, taken_at, type, place, text, caller, phone, appeal, assignment, outage, repeat of; holds the row
SELECT i.status, 0, i.version, i.number, i.taken_at, i.type, i.place, i.text, i.caller, i.phone, i.appeal_id, i.assignment_id, i.outage_id, i.repeat_of
FROM incident i WHERE i.id = $1::bigint FOR UPDATE;

-- name: incident_touch
UPDATE incident SET version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: incident_find_number
SELECT id FROM incident WHERE number = $1::text OR replace(number, '/', '-') = $1::text LIMIT 1;

-- name: incident_by_external
-- (external id, user) -> id, number, version, may the user know of it
SELECT id, number, version, $2::bigint IS NOT NULL FROM incident WHERE external_id = $1::text;

-- name: incident_log
-- ($1 series, $2 year, $3 letters, $4 status, $5 taken at or NULL, $6 user, $7 source, $8 type, $9 priority, $10 text, $11 phone, $12 caller, $13 house,
--  $14 place, $15 entrance, $16 floor, $17 flat, $18 dead, $19 injured, $20 children, $21 external id, $22 services[], $23 norms[], $24 was it answered,
--  $25 rescued) -> id, number
-- Card, services and clocks in one statement: the counter is held as briefly as can be.
WITH serial AS ({next_number}),
     card AS (INSERT INTO incident (number, year, serial, status, taken_at, taken_by, shift_id, source, type, priority, text, phone, caller, house_id, place,
                                    entrance, floor, flat, dead, injured, children, rescued, external_id, answered_at, search)
              SELECT n.number, $2, n.value, $4::text, n.at, $6::bigint, (SELECT s.id FROM shift s WHERE s.closed_at IS NULL), $7::text, $8::text, $9::text,
                     coalesce($10::text, ''), coalesce($11::text, ''), coalesce($12::text, ''), $13::bigint, $14::text, coalesce($15::text, ''),
                     coalesce($16::text, ''), coalesce($17::text, ''), coalesce($18::integer, 0), coalesce($19::integer, 0), coalesce($20::integer, 0),
                     coalesce($25::integer, 0), $21::text, CASE WHEN $24::boolean THEN n.at END,
                     gorod_incident_search(n.number, $14, coalesce($10, ''), coalesce($12, ''))
              FROM (SELECT value, $3::text || '-' || value || '/' || lpad(($2::integer % 100)::text, 2, '0') AS number,
                           coalesce($5::timestamptz, clock_timestamp()) AS at FROM serial) n
              RETURNING id, number, taken_at),
     services AS (INSERT INTO incident_service (incident_id, service) SELECT c.id, s FROM card c, unnest($22::text[]) WITH ORDINALITY AS u(s, n) ORDER BY u.n),
     clocks AS (INSERT INTO incident_clock (incident_id, norm, met_by, begun_at, due_at, met_at)
                SELECT c.id, n.code, n.data->>'met_by', c.taken_at,
                       gorod_norm_due(c.taken_at, (n.data->>'minutes')::integer, (n.data->>'from_hour')::integer, (n.data->>'to_hour')::integer),
                       CASE WHEN $24 AND n.data->>'met_by' = 'answered' THEN c.taken_at END
                FROM card c JOIN classifier n ON n.classifier = 'response_norm' AND n.code = ANY ($23::text[]) AND NOT n.retired
                WHERE coalesce(n.data->>'from', 'taken') = 'taken')
SELECT id, number FROM card;

-- name: incident_facts
-- (id) -> what incident.set may change, for the history
SELECT json_build_object('type', type, 'priority', priority, 'source', source, 'text', text, 'phone', phone, 'caller', caller, 'house', house_id, 'place', place,
                         'entrance', entrance, 'floor', floor, 'flat', flat, 'dead', dead, 'injured', injured, 'children', children, 'rescued', rescued,
                         'measures', measures)
FROM incident WHERE id = $1::bigint;

-- name: incident_set
-- ($1 id, $2 type, $3 priority, $4 source, $5 text, $6 phone, $7 caller, $8 house, $9 place, $10 entrance, $11 floor, $12 flat, $13 dead, $14 injured,
--  $15 children, $16 rescued, $17 measures) -> version; NULL leaves as it is. A place without a house parts the card from the house it had
UPDATE incident i SET type = coalesce($2::text, type), priority = coalesce($3::text, priority), source = coalesce($4::text, source), text = coalesce($5::text, text),
       phone = coalesce($6::text, phone), caller = coalesce($7::text, caller),
       house_id = CASE WHEN $9::text IS NULL THEN house_id ELSE $8::bigint END, place = coalesce($9, place),
       entrance = coalesce($10::text, entrance), floor = coalesce($11::text, floor), flat = coalesce($12::text, flat), dead = coalesce($13::integer, dead),
       injured = coalesce($14::integer, injured), children = coalesce($15::integer, children), rescued = coalesce($16::integer, rescued),
       measures = coalesce($17::text, measures), version = version + 1,
       search = gorod_incident_search(number, coalesce($9, place), coalesce($5, text), coalesce($7, caller))
WHERE id = $1::bigint RETURNING version;

-- name: incident_clocks_renew
-- ($1 id, $2 norms[]): the kind was corrected: clocks of the old kind that still run end, those of the new one begin when the call was taken
WITH gone AS (UPDATE incident_clock SET cancelled_at = clock_timestamp()
              WHERE incident_id = $1::bigint AND met_at IS NULL AND cancelled_at IS NULL AND norm <> ALL ($2::text[]))
INSERT INTO incident_clock (incident_id, norm, met_by, begun_at, due_at)
SELECT i.id, n.code, n.data->>'met_by', i.taken_at,
       gorod_norm_due(i.taken_at, (n.data->>'minutes')::integer, (n.data->>'from_hour')::integer, (n.data->>'to_hour')::integer)
FROM incident i JOIN classifier n ON n.classifier = 'response_norm' AND n.code = ANY ($2) AND NOT n.retired
WHERE i.id = $1 AND coalesce(n.data->>'from', 'taken') = 'taken'
ON CONFLICT (incident_id, norm) DO UPDATE SET cancelled_at = NULL WHERE incident_clock.met_at IS NULL;

-- name: incident_clocks_meet
-- ($1 id, $2 what came, $3 when)
UPDATE incident_clock SET met_at = greatest($3::timestamptz, begun_at) WHERE incident_id = $1::bigint AND met_by = $2::text AND met_at IS NULL AND cancelled_at IS NULL;

-- name: incident_clocks_run_again
-- ($1 id, $2 what is awaited anew): a reopened incident was not resolved
UPDATE incident_clock SET met_at = NULL, cancelled_at = NULL, told = 0 WHERE incident_id = $1::bigint AND met_by = $2::text;

-- name: incident_clocks_cancel
-- ($1 id): nothing is awaited any more
UPDATE incident_clock SET cancelled_at = clock_timestamp() WHERE incident_id = $1::bigint AND met_at IS NULL AND cancelled_at IS NULL;

-- name: incident_inform
-- ($1 id, $2 service, $3 at, $4 by, $5 contact, $6 norms[]): fills the row that waits for it, else adds one; the service's own clocks begin
WITH waiting AS (SELECT v.id FROM incident_service v WHERE v.incident_id = $1::bigint AND v.service = $2::text AND v.informed_at IS NULL ORDER BY v.id LIMIT 1),
     filled AS (UPDATE incident_service v SET informed_at = $3::timestamptz, informed_by = $4::bigint, contact = coalesce($5::text, '')
                FROM waiting w WHERE v.id = w.id RETURNING v.id),
     added AS (INSERT INTO incident_service (incident_id, service, informed_at, informed_by, contact)
               SELECT $1, $2, $3, $4, coalesce($5, '') WHERE NOT EXISTS (SELECT 1 FROM waiting))
INSERT INTO incident_clock (incident_id, norm, met_by, begun_at, due_at)
SELECT $1, n.code, n.data->>'met_by', $3,
       gorod_norm_due($3, (n.data->>'minutes')::integer, (n.data->>'from_hour')::integer, (n.data->>'to_hour')::integer)
FROM classifier n WHERE n.classifier = 'response_norm' AND n.code = ANY ($6::text[]) AND NOT n.retired AND n.data->>'from' = 'informed'
ON CONFLICT DO NOTHING;

-- name: incident_waiting
-- (id) -> services that still have to be told, as a JSON array
SELECT coalesce(json_agg(service ORDER BY id), '[]') FROM incident_service WHERE incident_id = $1::bigint AND informed_at IS NULL;

-- name: incident_service_answer
-- ($1 id, $2 service or NULL: the last one told, $3 at, $4 answer, $5 did it arrive) -> service, is that before it was told (clocks
-- may differ by a minute); no row: none was told
UPDATE incident_service v SET answered_at = CASE WHEN $5::boolean THEN coalesce(v.answered_at, $3::timestamptz) ELSE $3 END,
       answer = coalesce($4::text, v.answer), arrived_at = CASE WHEN $5 THEN $3 ELSE v.arrived_at END
WHERE v.id = (SELECT w.id FROM incident_service w WHERE w.incident_id = $1::bigint AND w.informed_at IS NOT NULL AND ($2::text IS NULL OR w.service = $2)
              ORDER BY w.answered_at IS NULL DESC, w.id DESC LIMIT 1)
RETURNING service, v.informed_at > $3::timestamptz + interval '1 minute';

-- name: incident_localized_later
-- (id, at) -> a row if it was localised after that
SELECT 1 FROM incident WHERE id = $1::bigint AND localized_at > $2::timestamptz + interval '1 minute';

-- name: incident_until_over
-- (until, said at) -> a row if the one lies before the other
SELECT 1 WHERE $1::timestamptz < $2::timestamptz;

-- name: incident_move
-- ($1 id, $2 status, $3 closes, $4 stamp, $5 time, $6 measures, $7 told until, $8 caller confirmed, $9 repeats) -> version
UPDATE incident SET status = $2::text, version = version + 1,
       closed_at = CASE WHEN $3::boolean THEN clock_timestamp() END,
       answered_at = CASE WHEN answered_at IS NULL AND $4::text IS DISTINCT FROM 'reopened' THEN clock_timestamp() ELSE answered_at END,
       told_at = CASE WHEN $4 = 'told' THEN $5::timestamptz ELSE told_at END, told_until = coalesce($7::timestamptz, told_until),
       localized_at = CASE $4 WHEN 'localized' THEN $5 WHEN 'resolved' THEN coalesce(localized_at, $5) ELSE localized_at END,
       resolved_at = CASE $4 WHEN 'resolved' THEN $5 WHEN 'reopened' THEN NULL ELSE resolved_at END,
       measures = CASE WHEN $6::text IS NULL THEN measures WHEN measures = '' THEN $6 ELSE measures || E'\n' || $6 END,
       caller_confirmed = coalesce($8::boolean, caller_confirmed), repeat_of = coalesce($9::bigint, repeat_of)
WHERE id = $1::bigint RETURNING version;

-- name: incident_hold_both
-- (id, other id): in one order, so that two who link them crosswise do not wait for each other
SELECT count(*) FROM (SELECT 1 FROM incident WHERE id IN ($1::bigint, $2::bigint) ORDER BY id FOR UPDATE) i;

-- name: incident_root
-- (id) -> the incident that this one repeats, itself if none
SELECT coalesce(repeat_of, id) FROM incident WHERE id = $1::bigint FOR SHARE;

-- name: incident_repeats_follow
-- (from, to): what repeated the one repeats the other
UPDATE incident SET repeat_of = $2::bigint, version = version + 1 WHERE repeat_of = $1::bigint;

-- name: incident_link
-- ($1 id, $2 appeal, $3 assignment) -> version
UPDATE incident SET appeal_id = coalesce($2::bigint, appeal_id), assignment_id = coalesce($3::bigint, assignment_id),
       version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: incident_house
-- (house) -> how the register writes it; no row: there is none
SELECT {incident_address} FROM house h JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id WHERE h.id = $1::bigint;

-- fragment: incident_address
-- of house h, settlement t, street s; the only settlement goes without saying
concat_ws(', ', CASE WHEN h.street_id IS NULL OR EXISTS (SELECT 1 FROM settlement o WHERE o.id <> t.id) THEN gorod_place('settlement_kind', t.kind, t.name) END,
          gorod_place('street_kind', s.kind, s.name), h.number)

-- name: incident_house_facts
-- (house or NULL) -> what is known of it, null when there is none
SELECT coalesce((SELECT json_build_object('id', h.id, 'address', {incident_address}, 'flats', h.flats, 'entrances', h.entrances, 'floors', h.floors,
                        'residents', gorod_residents(h.residents, h.flats, t.residents_per_flat), 'company_name', k.name, 'company_phone', k.phone,
                        'social', (SELECT string_agg(o.name, '; ' ORDER BY o.id) FROM social_object o WHERE o.house_id = h.id AND o.disabled_at IS NULL))
                 FROM house h JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id LEFT JOIN company k ON k.id = h.company_id
                 WHERE h.id = $1::bigint), 'null'::json);

-- name: incident_guess
-- (text) -> code: the kind whose words the text holds most of
SELECT g.code FROM (SELECT c.code, c.ord, (SELECT coalesce(sum(length(w)), 0) FROM unnest(string_to_array(gorod_fold(c.data->>'words'), ' ')) AS w
                                           WHERE w <> '' AND ' ' || array_to_string(gorod_words($1::text), ' ') LIKE '% ' || gorod_like(w) || '%') AS score
                    FROM classifier c WHERE c.classifier = 'incident_type' AND NOT c.retired) g
WHERE g.score > 2 ORDER BY g.score DESC, g.ord LIMIT 1;

-- fragment: incident_known
json_build_object('id', i.id, 'number', i.number, 'taken_at', i.taken_at, 'type', i.type, 'status', i.status, 'place', i.place, 'caller', i.caller,
                  'text', left(i.text, 120), 'open', i.closed_at IS NULL)

-- name: incident_of_caller
-- (phone) -> the last calls from there, newest first
SELECT coalesce(json_agg(j), '[]') FROM (SELECT {incident_known} AS j FROM incident i
    WHERE length(gorod_phone($1::text)) >= 5 AND i.phone_key = gorod_phone($1) ORDER BY i.id DESC LIMIT 5) n;

-- name: incident_of_place
-- ($1 house or NULL, $2 place) -> the last calls about it, newest first
SELECT coalesce(json_agg(j), '[]') FROM (SELECT {incident_known} AS j FROM incident i
    WHERE CASE WHEN $1::bigint IS NOT NULL THEN i.house_id = $1 ELSE $2::text <> '' AND gorod_fold(i.place) = gorod_fold($2) END ORDER BY i.id DESC LIMIT 5) n;

-- name: incident_outages_of
-- (house or NULL) -> outages that the house lies in: what is off now, and what is announced for the next day
SELECT coalesce(json_agg(json_build_object('id', o.id, 'number', o.number, 'kind', o.kind, 'resource', o.resource, 'status', o.status, 'reason', o.reason,
                                           'started_at', o.started_at, 'promised_at', o.promised_at, 'supplier_name', (SELECT c.name FROM company c WHERE c.id = o.supplier_id))
                         ORDER BY o.status = 'announced', o.id DESC), '[]')
FROM outage_house h JOIN outage o ON o.id = h.outage_id
WHERE h.house_id = $1::bigint AND h.restored_at IS NULL
  AND (o.status IN ('active', 'partial') OR o.status = 'announced' AND o.started_at < now() + interval '1 day');

-- name: incident_join_outage
-- ($1 id, $2 outage) -> version; no row: there is no such outage. Who called is told the promise that the outage has
WITH met AS (UPDATE incident_clock c SET met_at = clock_timestamp() FROM outage o
             WHERE o.id = $2::bigint AND o.promised_at > now() AND c.incident_id = $1::bigint AND c.met_by = 'told' AND c.met_at IS NULL AND c.cancelled_at IS NULL)
UPDATE incident i SET outage_id = o.id, told_at = CASE WHEN o.promised_at > now() THEN coalesce(i.told_at, clock_timestamp()) ELSE i.told_at END,
       told_until = coalesce(i.told_until, o.promised_at), version = i.version + 1
FROM outage o WHERE i.id = $1 AND o.id = $2 RETURNING i.version;

-- name: incident_clock_tell
-- () an event on each incident of which a clock is soon over or over, and on each that nobody has taken in hand in its priority's time; once, by
-- whichever core locks the rows first
WITH late AS (
    UPDATE incident_clock c SET told = CASE WHEN now() > c.due_at THEN 2 ELSE 1 END
    WHERE c.met_at IS NULL AND c.cancelled_at IS NULL AND (c.told < 2 AND c.due_at < now() OR c.told < 1 AND gorod_clock_soon(c.begun_at, c.due_at) <= now() AND c.due_at < now() + interval '31 minutes')
    RETURNING c.incident_id, c.norm, c.told, c.due_at),
told AS (
    INSERT INTO event (actor_id, record, record_id, action, changes)
    SELECT 1, 'incident', incident_id, CASE told WHEN 2 THEN 'clock_breached' ELSE 'clock_soon' END, jsonb_build_object('norm', jsonb_build_object('to', norm), 'due_at', jsonb_build_object('to', due_at))
    FROM late ORDER BY incident_id, due_at RETURNING 1),
waits AS (
    UPDATE incident i SET escalated_at = clock_timestamp()
    FROM classifier p
    WHERE i.escalated_at IS NULL AND i.closed_at IS NULL AND p.classifier = 'incident_priority' AND p.code = i.priority
      AND (coalesce((p.data->>'tell_at_once')::boolean, false)
           OR i.status = 'new' AND i.taken_at + make_interval(mins => (p.data->>'tell_minutes')::integer) <= now())
    RETURNING i.id, i.priority, coalesce((p.data->>'tell_at_once')::boolean, false) AS at_once),
up AS (
    INSERT INTO event (actor_id, record, record_id, action, changes)
    SELECT 1, 'incident', id, CASE WHEN at_once THEN 'escalate_at_once' ELSE 'escalate' END, jsonb_build_object('priority', jsonb_build_object('to', priority)) FROM waits ORDER BY id RETURNING 1)
SELECT (SELECT count(*) FROM told) + (SELECT count(*) FROM up);

-- name: incident_time
-- ($1 given or NULL, $2 not before or NULL) -> the time, does it lie in the future, is it too early; clocks may differ by a minute
SELECT t.at::text, t.at > clock_timestamp() + interval '1 minute', coalesce(t.at < $2::timestamptz - interval '1 minute', false)
FROM (SELECT coalesce($1::timestamptz, clock_timestamp()) AS at) t;

-- name: incident_type_label
-- (type, language)
SELECT gorod_said(ru, en, $2::text) FROM classifier WHERE classifier = 'incident_type' AND code = $1::text;

-- name: incident_correspondent
-- (name, phone) -> the correspondent of this name who is reached by this phone
SELECT c.id FROM contact k JOIN correspondent c ON c.id = k.correspondent_id
WHERE k.kind IN ('mobile', 'home', 'work') AND $2::text <> '' AND k.folded = gorod_phone($2) AND c.merged_into IS NULL AND gorod_fold(c.name) = gorod_fold($1::text)
ORDER BY c.id LIMIT 1;

-- name: incident_appeal_there
-- (appeal, user) -> a row, if the user may know of it
SELECT 1 FROM appeal WHERE id = $1::bigint AND id NOT IN (SELECT h FROM gorod_hidden_appeals($2::bigint) AS h);
