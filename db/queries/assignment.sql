-- Assignments: lists, cards, transitions, parties, reports.

-- fragment: assignment_named
-- user $1 is named on the restricted assignment s: by a part in it, or on the restricted appeal it was given out of
(EXISTS (SELECT 1 FROM assignment_party vp WHERE vp.assignment_id = s.id AND vp.user_id = $1::bigint AND vp.role <> 'former')
 OR EXISTS (SELECT 1 FROM assignment_appeal va JOIN appeal v ON v.id = va.appeal_id
            WHERE va.assignment_id = s.id AND v.restricted AND $1 = ANY (v.readers)))

-- fragment: assignment_unhidden
-- of assignment s to user $1, whatever else the user may see
(NOT s.restricted OR {assignment_named})

-- fragment: assignment_visible
-- of assignment s to user $1 (who sees all: $2; whose units: $3)
(NOT s.restricted
 AND ($2::boolean OR s.unit_id = ANY ($3::bigint[])
      OR EXISTS (SELECT 1 FROM assignment_party vp WHERE vp.assignment_id = s.id AND vp.user_id = $1::bigint))
 OR s.restricted AND {assignment_named})

-- fragment: assignment_relations
-- bits of enum relation (server/rules/workflow.h)
((s.author_id = $1::bigint OR s.on_behalf_of_id IS NOT DISTINCT FROM $1)::integer * 1
 + (s.controller_id IS NOT DISTINCT FROM $1)::integer * 2
 + (s.responsible_id = $1)::integer * 4
 + EXISTS (SELECT 1 FROM assignment_party rp WHERE rp.assignment_id = s.id AND rp.user_id = $1 AND rp.role = 'co_executor')::integer * 8
 + EXISTS (SELECT 1 FROM assignment_party rp WHERE rp.assignment_id = s.id AND rp.user_id = $1 AND rp.role = 'watcher')::integer * 16
 + coalesce(s.unit_id = ANY ($3::bigint[]), false)::integer * 160)

-- fragment: assignment_computed
'days_left', CASE WHEN s.closed_on IS NULL THEN s.due - current_date END,
'overdue', s.closed_on IS NULL AND s.status <> 'reported' AND s.due < current_date,
'late', coalesce(coalesce(s.reported_at::date, s.closed_on) > s.due, false),
'due_soon', s.closed_on IS NULL AND s.status <> 'reported' AND s.due BETWEEN current_date AND current_date + 3

-- fragment: assignment_unread
(SELECT count(*) FROM comment m LEFT JOIN comment_read r ON r.user_id = $1::bigint AND r.record = 'assignment' AND r.record_id = s.id
 WHERE m.record = 'assignment' AND m.record_id = s.id AND m.author_id <> $1 AND m.id > coalesce(r.comment_id, 0))

-- fragment: assignment_filters
-- $4 status $5 open $6 overdue $7 due_soon $8 mine (role) $9 unit $10 responsible $11 appeal $12 pattern of the number $13 query $14 from $15 to (due)
    ($4::text IS NULL OR s.status = $4) AND ($5::boolean IS NULL OR $5 = (s.closed_on IS NULL))
AND ($6::boolean IS NULL OR $6 = (s.closed_on IS NULL AND s.status <> 'reported' AND s.due < current_date))
AND ($7::boolean IS NULL OR $7 = (s.closed_on IS NULL AND s.status <> 'reported' AND s.due BETWEEN current_date AND current_date + 3))
AND ($8::text IS NULL OR ($8 = 'responsible' AND s.responsible_id = $1) OR ($8 = 'author' AND (s.author_id = $1 OR s.on_behalf_of_id = $1))
     OR ($8 = 'controller' AND s.controller_id = $1) OR ($8 = 'unit' AND s.unit_id = ANY ($3))
     OR ($8 IN ('co_executor', 'watcher', 'any') AND EXISTS (SELECT 1 FROM assignment_party fp WHERE fp.assignment_id = s.id AND fp.user_id = $1
                                                    AND ($8 = 'any' OR fp.role = $8))))
AND ($9::bigint IS NULL OR s.unit_id = $9) AND ($10::bigint IS NULL OR s.responsible_id = $10)
AND ($11::bigint IS NULL OR EXISTS (SELECT 1 FROM assignment_appeal fa WHERE fa.assignment_id = s.id AND fa.appeal_id = $11))
AND ($12::text IS NULL OR (s.serial = split_part(split_part($12, '-', 2), '/', 1)::bigint AND gorod_fold(s.number) LIKE gorod_fold($12))) AND ($13::text IS NULL OR s.search @@ gorod_tsquery($13, false))
AND ($14::date IS NULL OR s.due >= $14) AND ($15::date IS NULL OR s.due <= $15)

-- fragment: assignment_order
CASE WHEN $16 = 'due' THEN s.due END, CASE WHEN $16 = 'new' THEN s.id END DESC, CASE WHEN $16 <> 'new' THEN s.id END

-- name: assignment_list
-- plan: custom
-- ... $16 sort (due, new, old) $17 after due $18 after id $19 limit -> json, status, relations, id, due
-- The page is chosen first, by one table and its indexes; names are looked up for its rows alone.
WITH page AS MATERIALIZED (
    SELECT s.* FROM assignment s
    WHERE {assignment_visible} AND {assignment_filters}
      AND ($16::text <> 'new' OR $18::bigint IS NULL OR s.id < $18)
      AND ($16 <> 'old' OR $18 IS NULL OR s.id > $18)
      AND ($16 <> 'due' OR $18 IS NULL OR (s.due, s.id) > ($17::date, $18))
    ORDER BY {assignment_order} LIMIT $19::integer)
SELECT json_build_object('id', s.id, 'number', s.number, 'version', s.version, 'status', s.status, 'title', s.title,
           'responsible_id', s.responsible_id, 'responsible_name', (SELECT u.name FROM app_user u WHERE u.id = s.responsible_id),
           'author_id', s.author_id, 'author_name', (SELECT u.name FROM app_user u WHERE u.id = coalesce(s.on_behalf_of_id, s.author_id)),
           'controller_id', s.controller_id, 'controller_name', (SELECT u.name FROM app_user u WHERE u.id = s.controller_id),
           'unit', s.unit_id, 'unit_name', (SELECT o.name FROM org_unit o WHERE o.id = s.unit_id),
           'due', s.due, {assignment_computed}, 'urgency', s.urgency, 'returned_times', s.returned_times,
           'appeal_id', (SELECT min(a.id) FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden}),
           'appeal_number', (SELECT a.number FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id
                             WHERE sa.assignment_id = s.id AND {appeal_unhidden} ORDER BY a.id LIMIT 1),
           'unread_comments', {assignment_unread}),
       s.status, {assignment_relations}, s.id, s.due
FROM page s
ORDER BY {assignment_order};

-- name: assignment_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM assignment s WHERE {assignment_visible} AND {assignment_filters} LIMIT 10001) n;

-- name: assignment_get
-- ($1 user $2 sees_all $3 units $4 id) -> json, status, relations, version
SELECT json_build_object('id', s.id, 'number', s.number, 'version', s.version, 'status', s.status, 'source', s.source, 'title', s.title, 'text', s.text,
           'urgency', s.urgency, 'responsible_id', s.responsible_id, 'responsible_name', ru.name, 'author_id', s.author_id, 'author_name', au.name,
           'on_behalf_of_id', s.on_behalf_of_id, 'on_behalf_of_name', bu.name, 'controller_id', s.controller_id, 'controller_name', cu.name,
           'unit', s.unit_id, 'unit_name', o.name, 'due', s.due, 'due_nominal', s.due_nominal, 'due_rule', s.due_rule, {assignment_computed},
           'created_at', s.created_at, 'issued_at', s.issued_at, 'seen_at', s.seen_at, 'reported_at', s.reported_at, 'accepted_at', s.accepted_at,
           'closed_on', s.closed_on, 'returned_times', s.returned_times, 'quality', s.quality, 'file_demanded', s.file_demanded, 'unread_comments', {assignment_unread},
           'co_executors', {assignment_people_co}, 'watchers', {assignment_people_watch},
           'appeals', coalesce((SELECT json_agg(json_build_object('id', a.id, 'number', a.number, 'subject', a.subject, 'status', a.status, 'due', a.due,
                                                                  'text', left(a.text, 4000)) ORDER BY a.id)
                                FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden}), '[]'),
           'appeal_id', (SELECT min(a.id) FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden}),
           'appeal_number', (SELECT a.number FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden} ORDER BY a.id LIMIT 1),
           'reports', coalesce((SELECT json_agg(json_build_object('id', r.id, 'at', r.at, 'actor', r.author_id, 'actor_name', u.name, 'text', r.text,
                                                                  'verdict', r.verdict, 'verdict_by', v.name, 'verdict_at', r.verdict_at, 'comment', r.verdict_comment) ORDER BY r.id)
                                FROM assignment_report r JOIN app_user u ON u.id = r.author_id LEFT JOIN app_user v ON v.id = r.verdict_by
                                WHERE r.assignment_id = s.id), '[]'),
           'comments', coalesce((SELECT json_agg(json_build_object('id', m.id, 'at', m.at, 'actor', m.author_id, 'actor_name', u.name, 'text', m.text) ORDER BY m.id)
                                 FROM comment m JOIN app_user u ON u.id = m.author_id WHERE m.record = 'assignment' AND m.record_id = s.id), '[]'),
           'earlier_due', coalesce((SELECT json_agg(json_build_object('at', e.at, 'due', e.changes->'due'->>'from', 'to', e.changes->'due'->>'to',
                                                                      'by', u.name, 'reason', e.comment) ORDER BY e.id)
                                    FROM event e LEFT JOIN app_user u ON u.id = e.actor_id
                                    WHERE e.record = 'assignment' AND e.record_id = s.id AND e.changes ? 'due' AND e.changes->'due'->>'from' IS NOT NULL), '[]'),
           'files', {assignment_files},
           'history', coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action,
                                                  'from', e.from_state, 'to', e.to_state, 'comment', e.comment, 'changes', {named_changes}) ORDER BY e.id)
                                FROM event e LEFT JOIN app_user u ON u.id = e.actor_id WHERE e.record = 'assignment' AND e.record_id = s.id), '[]')),
       s.status, {assignment_relations}, s.version
FROM assignment s
JOIN app_user ru ON ru.id = s.responsible_id
JOIN app_user au ON au.id = s.author_id
LEFT JOIN app_user bu ON bu.id = s.on_behalf_of_id
LEFT JOIN app_user cu ON cu.id = s.controller_id
LEFT JOIN org_unit o ON o.id = s.unit_id
WHERE s.id = $4::bigint AND {assignment_visible};

-- fragment: assignment_people_co
coalesce((SELECT json_agg(json_build_object('id', p.user_id, 'name', u.name, 'due', p.due) ORDER BY u.name)
          FROM assignment_party p JOIN app_user u ON u.id = p.user_id WHERE p.assignment_id = s.id AND p.role = 'co_executor'), '[]')

-- fragment: assignment_people_watch
coalesce((SELECT json_agg(json_build_object('id', p.user_id, 'name', u.name) ORDER BY u.name)
          FROM assignment_party p JOIN app_user u ON u.id = p.user_id WHERE p.assignment_id = s.id AND p.role = 'watcher'), '[]')

-- name: assignment_lock
-- ($1 user $2 sees_all $3 units $4 id) -> status, relations, version, number, due, responsible, controller, title, text; holds the row
SELECT s.status, {assignment_relations}, s.version, s.number, s.due, s.responsible_id, s.controller_id, s.title, s.text
FROM assignment s WHERE s.id = $4::bigint AND {assignment_visible} FOR UPDATE OF s;

-- name: assignment_find_number
SELECT id FROM assignment WHERE number = $1::text OR replace(number, '/', '-') = $1::text LIMIT 1;

-- name: assignment_add
-- ($1 series, $2 year, $3 letters, $4 status, $5 source, $6 title, $7 text, $8 urgency, $9 author, $10 behalf, $11 controller, $12 responsible,
--  $13 unit or NULL: the responsible's own, $14 due, $15 nominal, $16 rule, $17 issued, $18 external_id) -> id, number
WITH serial AS ({next_number}), numbered AS (
    SELECT value, $3::text || '-' || value || '/' || lpad(($2::integer % 100)::text, 2, '0') AS number FROM serial)
INSERT INTO assignment (number, year, serial, status, source, title, text, urgency, author_id, on_behalf_of_id, controller_id, responsible_id,
                        unit_id, due, due_nominal, due_rule, issued_at, external_id, search)
SELECT n.number, $2, n.value, $4::text, $5::text, $6::text, coalesce($7::text, ''), coalesce($8::text, 'ordinary'), $9::bigint, $10::bigint,
       $11::bigint, $12::bigint, coalesce($13::bigint, (SELECT unit_id FROM app_user WHERE id = $12)), $14::date, $15::date, $16::text,
       CASE WHEN $17::boolean THEN now() END, $18::text,
       setweight(to_tsvector('russian', n.number || ' ' || $6), 'A') || to_tsvector('russian', left(coalesce($7, ''), 100000))
FROM numbered n
RETURNING id, number;

-- name: assignment_party_add
INSERT INTO assignment_party (assignment_id, user_id, role, due) VALUES ($1::bigint, $2::bigint, $3::text, $4::date) ON CONFLICT DO NOTHING;

-- name: assignment_parties_set
-- (assignment, role, users[]): exactly these hold the role
WITH gone AS (DELETE FROM assignment_party WHERE assignment_id = $1::bigint AND role = $2::text AND user_id <> ALL ($3::bigint[]))
INSERT INTO assignment_party (assignment_id, user_id, role) SELECT $1, unnest($3), $2 ON CONFLICT DO NOTHING;

-- name: assignment_user_ok
-- (user) -> unit when the user may be given work
SELECT unit_id, name FROM app_user WHERE id = $1::bigint AND disabled_at IS NULL AND id <> 1;

-- name: assignment_chief_of_unit
-- (unit) -> a chief to answer for it
SELECT u.id FROM app_user u JOIN user_role r ON r.user_id = u.id
WHERE u.unit_id = $1::bigint AND u.disabled_at IS NULL AND r.role IN ('chief', 'executor') ORDER BY r.role, u.id LIMIT 1;

-- name: assignment_appeal_add
INSERT INTO assignment_appeal (assignment_id, appeal_id) VALUES ($1::bigint, $2::bigint) ON CONFLICT DO NOTHING;

-- name: assignment_appeals
-- (assignment) -> ids of its appeals as one array
SELECT coalesce(array_agg(appeal_id ORDER BY appeal_id), '{}') FROM assignment_appeal WHERE assignment_id = $1::bigint;

-- name: appeal_open_assignments_recount
-- (assignment): the appeals it serves know how many are open; the newest first lock order is by id
UPDATE appeal a SET open_assignments = n.open
FROM (SELECT x.id, (SELECT count(*) FROM assignment_appeal sa JOIN assignment s ON s.id = sa.assignment_id
                    WHERE sa.appeal_id = x.id AND s.closed_on IS NULL) AS open
      FROM appeal x WHERE x.id IN (SELECT appeal_id FROM assignment_appeal WHERE assignment_id = $1::bigint) ORDER BY x.id FOR UPDATE) n
WHERE a.id = n.id AND a.open_assignments <> n.open;

-- name: assignment_move
-- (id, status, closed true/false/NULL, stamp) -> version; stamp names what the clock does
UPDATE assignment SET status = $2::text, closed_on = CASE WHEN $3::boolean IS NULL THEN closed_on WHEN $3 THEN current_date END,
       issued_at = CASE WHEN $4::text = 'issue' THEN now() ELSE issued_at END,
       seen_at = CASE WHEN $4 = 'see' THEN now() ELSE seen_at END,
       reported_at = CASE WHEN $4 = 'report' THEN now() WHEN $4 IN ('return', 'recall', 'reopen') THEN NULL ELSE reported_at END,
       accepted_at = CASE WHEN $4 = 'accept' THEN now() WHEN $4 = 'reopen' THEN NULL ELSE accepted_at END,
       returned_times = returned_times + coalesce(($4 = 'return')::integer, 0),
       quality = coalesce($5::integer, quality), version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: assignment_due_set
-- (id, due, nominal): until a date
UPDATE assignment SET due = $2::date, due_nominal = $3::date, due_rule = 'assignment_date' WHERE id = $1::bigint;

-- name: assignment_reassign
-- (id, responsible, unit)
WITH former AS (INSERT INTO assignment_party (assignment_id, user_id, role)
                SELECT id, responsible_id, 'former' FROM assignment WHERE id = $1::bigint ON CONFLICT DO NOTHING),
     gone AS (DELETE FROM assignment_party WHERE assignment_id = $1 AND role = 'responsible' AND user_id <> $2::bigint),
     come AS (INSERT INTO assignment_party (assignment_id, user_id, role) VALUES ($1, $2, 'responsible') ON CONFLICT DO NOTHING)
UPDATE assignment SET responsible_id = $2, unit_id = coalesce($3::bigint, (SELECT unit_id FROM app_user WHERE id = $2)), seen_at = NULL WHERE id = $1;

-- name: assignment_set
-- (id, title, text, urgency, controller) -> version
UPDATE assignment SET title = coalesce($2::text, title), text = coalesce($3::text, text), urgency = coalesce($4::text, urgency),
       controller_id = coalesce($5::bigint, controller_id),
       search = setweight(to_tsvector('russian', number || ' ' || coalesce($2, title)), 'A') || to_tsvector('russian', left(coalesce($3, text), 100000)),
       version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: assignment_file_demand
-- (id, demanded)
UPDATE assignment SET file_demanded = $2::boolean WHERE id = $1::bigint;

-- name: assignment_file_demanded
SELECT file_demanded::integer FROM assignment WHERE id = $1::bigint;

-- name: assignment_touch
UPDATE assignment SET version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: assignment_report_add
INSERT INTO assignment_report (assignment_id, author_id, text) VALUES ($1::bigint, $2::bigint, $3::text) RETURNING id;

-- name: assignment_report_verdict
-- (assignment, verdict, by, comment) on the last report without one
UPDATE assignment_report SET verdict = $2::text, verdict_by = $3::bigint, verdict_at = now(), verdict_comment = $4::text
WHERE id = (SELECT max(id) FROM assignment_report WHERE assignment_id = $1::bigint AND verdict IS NULL);

-- name: assignment_by_external
-- (external id, user) -> ..., whether the user may know of it
SELECT s.id, s.number, s.version, s.id NOT IN (SELECT gorod_hidden_assignments($2::bigint)) FROM assignment s WHERE s.external_id = $1::text;

-- name: assignment_facts
-- (id) -> what assignment.set may change, as it is
SELECT json_build_object('title', title, 'text', text, 'urgency', urgency, 'controller', controller_id, 'due', due, 'file_demanded', file_demanded,
           'co_executors', coalesce((SELECT json_agg(p.user_id ORDER BY p.user_id) FROM assignment_party p WHERE p.assignment_id = s.id AND p.role = 'co_executor'), '[]'),
           'watchers', coalesce((SELECT json_agg(p.user_id ORDER BY p.user_id) FROM assignment_party p WHERE p.assignment_id = s.id AND p.role = 'watcher'), '[]'))
FROM assignment s WHERE id = $1::bigint;
