-- Assignments: lists, cards, transitions, parties, reports.

-- fragment: assignment_named
-- user $1 is named on the restricted assignment s: by a part in it, or on the restricted appeal it was given out of
(EXISTS (SELECT 1 FROM assignment_party vp WHERE vp.assignment_id = s.id AND vp.user_id = ($1::bigint[])[1] AND vp.role <> 'former')
 OR EXISTS (SELECT 1 FROM assignment_appeal va JOIN appeal v ON v.id = va.appeal_id
            WHERE va.assignment_id = s.id AND v.restricted AND ($1)[1] = ANY (v.readers)))

-- fragment: assignment_unhidden
-- of assignment s to user $1, whatever else the user may see
(NOT s.restricted OR {assignment_named})

-- fragment: assignment_visible
-- of assignment s to a user: $1 the user first, then those the user stands in for today; who sees all: $2; whose units: $3. What is restricted is
-- lent to no substitute
(NOT s.restricted
 AND ($2::boolean OR s.unit_id = ANY ($3::bigint[])
      OR EXISTS (SELECT 1 FROM assignment_party vp WHERE vp.assignment_id = s.id AND vp.user_id = ANY ($1::bigint[])))
 OR s.restricted AND {assignment_named})

-- fragment: assignment_relations
-- bits of enum relation (server/rules/workflow.h)
((s.author_id = ANY ($1::bigint[]) OR coalesce(s.on_behalf_of_id = ANY ($1), false))::integer * 1
 + coalesce(s.controller_id = ANY ($1), false)::integer * 2
 + (s.responsible_id = ANY ($1))::integer * 4
 + (SELECT coalesce(bit_or(CASE rp.role WHEN 'co_executor' THEN 8 + (rp.part_state IS NULL OR rp.part_state = 'returned')::integer * 4096 ELSE 16 END), 0)
    FROM assignment_party rp WHERE rp.assignment_id = s.id AND rp.user_id = ANY ($1) AND rp.role IN ('co_executor', 'watcher'))
 + coalesce(s.unit_id = ANY ($3::bigint[]), false)::integer * 160
 + {assignment_facts_bits}
 + (s.controller_decides AND coalesce(s.controller_id = ANY ($1), false))::integer * 1024)

-- fragment: assignment_facts_bits
-- what of enum relation is true of the record, whoever looks
EXISTS (SELECT 1 FROM extension_request rx WHERE rx.assignment_id = s.id AND rx.status = 'asked')::integer * 512
 + (s.controller_id IS NOT NULL)::integer * 2048
 + EXISTS (SELECT 1 FROM assignment_party rq WHERE rq.assignment_id = s.id AND rq.role = 'co_executor' AND rq.part_state = 'reported')::integer * 8192

-- fragment: assignment_computed
'days_left', CASE WHEN s.closed_on IS NULL THEN s.due - current_date END,
'overdue', s.closed_on IS NULL AND s.status <> 'reported' AND s.due < current_date,
'late', coalesce(coalesce(s.reported_at::date, s.closed_on) > s.due, false),
'due_soon', s.closed_on IS NULL AND s.status <> 'reported' AND s.due BETWEEN current_date AND current_date + 3

-- fragment: assignment_unread
(SELECT count(*) FROM comment m LEFT JOIN comment_read r ON r.user_id = ($1::bigint[])[1] AND r.record = 'assignment' AND r.record_id = s.id
 WHERE m.record = 'assignment' AND m.record_id = s.id AND m.author_id <> ($1)[1] AND m.id > coalesce(r.comment_id, 0))

-- fragment: assignment_filters
-- $4 status $5 open $6 overdue $7 due_soon $8 mine (role) $9 unit $10 responsible $11 appeal $12 pattern of the number $13 query $14 from $15 to (due)
-- $16 column of the board (overdue, today, week, later, reported, open) $17 controller $18 parent
    ($4::text IS NULL OR s.status = $4) AND ($5::boolean IS NULL OR $5 = (s.closed_on IS NULL))
AND ($6::boolean IS NULL OR $6 = (s.closed_on IS NULL AND s.status <> 'reported' AND s.due < current_date))
AND ($7::boolean IS NULL OR $7 = (s.closed_on IS NULL AND s.status <> 'reported' AND s.due BETWEEN current_date AND current_date + 3))
AND ($8::text IS NULL OR ($8 = 'responsible' AND s.responsible_id = ANY ($1)) OR ($8 = 'author' AND (s.author_id = ANY ($1) OR s.on_behalf_of_id = ANY ($1)))
     OR ($8 = 'controller' AND s.controller_id = ANY ($1)) OR ($8 = 'unit' AND s.unit_id = ANY ($3))
     OR ($8 IN ('co_executor', 'watcher', 'any') AND EXISTS (SELECT 1 FROM assignment_party fp WHERE fp.assignment_id = s.id AND fp.user_id = ANY ($1)
                                                    AND ($8 = 'any' OR fp.role = $8))))
AND ($9::bigint IS NULL OR s.unit_id = $9 OR ($9 = 0 AND s.unit_id IS NULL)) AND ($10::bigint IS NULL OR s.responsible_id = $10)
AND ($11::bigint IS NULL OR EXISTS (SELECT 1 FROM assignment_appeal fa WHERE fa.assignment_id = s.id AND fa.appeal_id = $11))
AND ($12::text IS NULL OR (s.serial = split_part(split_part($12, '-', 2), '/', 1)::bigint AND gorod_fold(s.number) LIKE gorod_fold($12))) AND ($13::text IS NULL OR s.search @@ gorod_tsquery($13, false))
AND ($14::date IS NULL OR s.due >= $14) AND ($15::date IS NULL OR s.due <= $15)
AND ($16::text IS NULL OR (s.closed_on IS NULL AND s.status <> 'draft' AND NOT s.restricted AND CASE $16 WHEN 'open' THEN true WHEN 'reported' THEN s.status = 'reported'
     ELSE s.status <> 'reported' AND CASE $16 WHEN 'overdue' THEN s.due < current_date WHEN 'today' THEN s.due = current_date
          WHEN 'week' THEN s.due > current_date AND s.due <= {end_of_week} ELSE s.due > {end_of_week} END END))
AND ($17::bigint IS NULL OR s.controller_id = $17) AND ($18::bigint IS NULL OR s.parent_id = $18)

-- fragment: end_of_week
(date_trunc('week', current_date)::date + 6)

-- fragment: assignment_order
CASE WHEN $19 = 'due' THEN s.due END, CASE WHEN $19 = 'new' THEN s.id END DESC, CASE WHEN $19 <> 'new' THEN s.id END

-- name: assignment_list
-- plan: custom
-- ... $19 sort (due, new, old) $20 after due $21 after id $22 limit -> json, status, relations, id, due
-- The page is chosen first, by one table and its indexes; names are looked up for its rows alone.
WITH page AS MATERIALIZED (
    SELECT s.* FROM assignment s
    WHERE {assignment_visible} AND {assignment_filters}
      AND ($19::text <> 'new' OR $21::bigint IS NULL OR s.id < $21)
      AND ($19 <> 'old' OR $21 IS NULL OR s.id > $21)
      AND ($19 <> 'due' OR $21 IS NULL OR (s.due, s.id) > ($20::date, $21))
    ORDER BY {assignment_order} LIMIT $22::integer)
SELECT json_build_object('id', s.id, 'number', s.number, 'version', s.version, 'status', s.status, 'title', s.title,
           'responsible_id', s.responsible_id, 'responsible_name', (SELECT u.name FROM app_user u WHERE u.id = s.responsible_id),
           'author_id', s.author_id, 'author_name', (SELECT u.name FROM app_user u WHERE u.id = coalesce(s.on_behalf_of_id, s.author_id)),
           'controller_id', s.controller_id, 'controller_name', (SELECT u.name FROM app_user u WHERE u.id = s.controller_id),
           'unit', s.unit_id, 'unit_name', (SELECT o.name FROM org_unit o WHERE o.id = s.unit_id),
           'due', s.due, {assignment_computed}, 'forecast_late', coalesce(f.late, false), 'forecast_reason', CASE WHEN f.late THEN f.reason END,
           'urgency', s.urgency, 'returned_times', s.returned_times,
           'appeal_id', (SELECT min(a.id) FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden}),
           'appeal_number', (SELECT a.number FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id
                             WHERE sa.assignment_id = s.id AND {appeal_unhidden} ORDER BY a.id LIMIT 1),
           'unread_comments', {assignment_unread}, 'parent', s.parent_id, 'parts', (SELECT count(*) FROM assignment k WHERE k.parent_id = s.id),
           'extension_due', (SELECT x.new_due FROM extension_request x WHERE x.assignment_id = s.id AND x.status = 'asked')),
       s.status, {assignment_relations}, s.id, s.due
FROM page s {assignment_forecast}
ORDER BY {assignment_order};

-- name: assignment_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM assignment s WHERE {assignment_visible} AND {assignment_filters} LIMIT 10001) n;

-- name: assignment_get
-- ($1 user and those they stand in for $2 sees_all $3 units $4 id) -> json, status, relations, version
SELECT left(json_build_object('id', s.id, 'number', s.number, 'version', s.version, 'status', s.status, 'source', s.source, 'title', s.title, 'text', s.text,
           'urgency', s.urgency, 'responsible_id', s.responsible_id, 'responsible_name', ru.name, 'author_id', s.author_id, 'author_name', au.name,
           'on_behalf_of_id', s.on_behalf_of_id, 'on_behalf_of_name', bu.name, 'controller_id', s.controller_id, 'controller_name', cu.name,
           'unit', s.unit_id, 'unit_name', o.name, 'due', s.due, 'due_nominal', s.due_nominal, 'due_rule', s.due_rule, {assignment_computed},
           'forecast_late', coalesce(f.late, false), 'forecast_reason', CASE WHEN f.late THEN f.reason END, 'periodic', s.periodic_id,
           'unverified', NOT EXISTS (SELECT 1 FROM calendar_year cy WHERE cy.verified AND cy.year = date_part('year', s.due)::integer),
           'created_at', s.created_at, 'issued_at', s.issued_at, 'seen_at', s.seen_at, 'reported_at', s.reported_at, 'accepted_at', s.accepted_at,
           'closed_on', s.closed_on, 'returned_times', s.returned_times, 'quality', s.quality, 'file_demanded', s.file_demanded, 'unread_comments', {assignment_unread},
           'co_executors', {assignment_people_co}, 'watchers', {assignment_people_watch},
           'appeals', coalesce((SELECT json_agg(json_build_object('id', a.id, 'number', a.number, 'subject', a.subject, 'status', a.status, 'due', a.due,
                                                                  'text', left(a.text, 4000)) ORDER BY a.id)
                                FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden}), '[]'),
           'appeal_id', (SELECT min(a.id) FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden}),
           'appeal_number', (SELECT a.number FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id AND {appeal_unhidden} ORDER BY a.id LIMIT 1),
           'reports', coalesce((SELECT json_agg(json_build_object('id', r.id, 'at', r.at, 'actor', r.author_id, 'actor_name', u.name, 'text', r.text,
                                                                  'verdict', r.verdict, 'verdict_by', v.name, 'verdict_at', r.verdict_at, 'comment', r.verdict_comment,
                                                                  'precheck', r.precheck, 'precheck_by', k.name, 'precheck_comment', r.precheck_comment) ORDER BY r.id)
                                FROM assignment_report r JOIN app_user u ON u.id = r.author_id LEFT JOIN app_user v ON v.id = r.verdict_by
                                LEFT JOIN app_user k ON k.id = r.precheck_by
                                WHERE r.assignment_id = s.id), '[]'),
           'comments', coalesce((SELECT json_agg(json_build_object('id', m.id, 'at', m.at, 'actor', m.author_id, 'actor_name', u.name, 'text', m.text) ORDER BY m.id)
                                 FROM comment m JOIN app_user u ON u.id = m.author_id WHERE m.record = 'assignment' AND m.record_id = s.id), '[]'),
           'earlier_due', coalesce((SELECT json_agg(json_build_object('at', e.at, 'due', e.changes->'due'->>'from', 'to', e.changes->'due'->>'to',
                                                                      'by', u.name, 'reason', e.comment) ORDER BY e.id)
                                    FROM event e LEFT JOIN app_user u ON u.id = e.actor_id
                                    WHERE e.record = 'assignment' AND e.record_id = s.id AND e.changes ? 'due' AND e.changes->'due'->>'from' IS NOT NULL), '[]'),
           'files', {assignment_files},
           'history', coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action,
                                                  'for', e.for_id, 'for_name', f.name,
                                                  'from', e.from_state, 'to', e.to_state, 'comment', e.comment, 'changes', {named_changes}) ORDER BY e.id)
                                FROM event e LEFT JOIN app_user u ON u.id = e.actor_id LEFT JOIN app_user f ON f.id = e.for_id
                                WHERE e.record = 'assignment' AND e.record_id = s.id), '[]'))::text, -1)
           || ',' || substr({assignment_control_json}::text, 2),
       s.status, {assignment_relations}, s.version
FROM assignment s {assignment_forecast}
JOIN app_user ru ON ru.id = s.responsible_id
JOIN app_user au ON au.id = s.author_id
LEFT JOIN app_user bu ON bu.id = s.on_behalf_of_id
LEFT JOIN app_user cu ON cu.id = s.controller_id
LEFT JOIN org_unit o ON o.id = s.unit_id
WHERE s.id = $4::bigint AND {assignment_visible};

-- fragment: assignment_control_json
-- the second half of a card (a call of json_build_object takes no more): control, extensions, the tree of parts
json_build_object('check_only', NOT s.controller_decides, 'on_control', s.controller_id IS NOT NULL, 'parent', s.parent_id,
    'extension', (SELECT json_build_object('id', x.id, 'new_due', x.new_due, 'reason', x.reason, 'asked_at', x.asked_at, 'asked_by', x.asked_by,
                                           'asked_by_name', (SELECT u.name FROM app_user u WHERE u.id = x.asked_by),
                                           'after_due', (x.asked_at AT TIME ZONE current_setting('TimeZone'))::date > x.due_before)
                  FROM extension_request x WHERE x.assignment_id = s.id AND x.status = 'asked'),
    'extensions', coalesce((SELECT json_agg(json_build_object('id', x.id, 'status', x.status, 'asked_at', x.asked_at, 'asked_by_name', ua.name,
                                                'reason', x.reason, 'due_before', x.due_before, 'new_due', x.new_due, 'decided_at', x.decided_at,
                                                'decided_by_name', ud.name, 'granted_due', x.granted_due, 'comment', x.comment) ORDER BY x.id)
                            FROM extension_request x JOIN app_user ua ON ua.id = x.asked_by LEFT JOIN app_user ud ON ud.id = x.decided_by
                            WHERE x.assignment_id = s.id), '[]'),
    'extended_times', (SELECT count(*) FROM extension_request x WHERE x.assignment_id = s.id AND x.status = 'granted'),
    'open_parts', (SELECT count(*) FROM assignment k WHERE k.parent_id = s.id AND k.closed_on IS NULL),
    'tree', CASE WHEN s.parent_id IS NOT NULL OR EXISTS (SELECT 1 FROM assignment k WHERE k.parent_id = s.id) THEN ({assignment_tree}) ELSE '[]' END)

-- fragment: assignment_tree
-- the whole that s belongs to: from its root down, each node after its parent; what the reader may not open is named, not linked
WITH RECURSIVE up AS (SELECT s.id, s.parent_id, 0 AS height
                      UNION ALL SELECT p.id, p.parent_id, up.height + 1 FROM assignment p JOIN up ON p.id = up.parent_id),
     down AS (SELECT id, 0 AS depth, ARRAY[id] AS path FROM up WHERE parent_id IS NULL
              UNION ALL SELECT k.id, down.depth + 1, down.path || k.id FROM assignment k JOIN down ON k.parent_id = down.id)
SELECT coalesce(json_agg(json_build_object('id', t.id, 'number', t.number, 'title', t.title, 'status', t.status, 'due', t.due, 'depth', d.depth,
                                           'responsible_name', u.name, 'parent', t.parent_id,
                                           'overdue', t.closed_on IS NULL AND t.status <> 'reported' AND t.due < current_date,
                                           'visible', $2::boolean OR coalesce(t.unit_id = ANY ($3::bigint[]), false)
                                               OR EXISTS (SELECT 1 FROM assignment_party tp WHERE tp.assignment_id = t.id AND tp.user_id = ANY ($1::bigint[])))
                         ORDER BY d.path), '[]')
FROM (SELECT * FROM down ORDER BY path LIMIT 500) d JOIN assignment t ON t.id = d.id JOIN app_user u ON u.id = t.responsible_id

-- fragment: assignment_people_co
coalesce((SELECT json_agg(json_build_object('id', p.user_id, 'name', u.name, 'due', p.due, 'state', p.part_state, 'text', p.part_text, 'at', p.part_at,
                                            'comment', p.part_comment) ORDER BY u.name)
          FROM assignment_party p JOIN app_user u ON u.id = p.user_id WHERE p.assignment_id = s.id AND p.role = 'co_executor'), '[]')

-- fragment: assignment_people_watch
coalesce((SELECT json_agg(json_build_object('id', p.user_id, 'name', u.name) ORDER BY u.name)
          FROM assignment_party p JOIN app_user u ON u.id = p.user_id WHERE p.assignment_id = s.id AND p.role = 'watcher'), '[]')

-- name: assignment_lock
-- ($1 user and those they stand in for $2 sees_all $3 units $4 id) -> status, relations, version, number, due, responsible, controller, title,
-- text, due nominal, unit, parent; holds the row. What other tables say here may be older than the lock.
SELECT s.status, {assignment_relations}, s.version, s.number, s.due, s.responsible_id, s.controller_id, s.title, s.text, s.due_nominal, s.unit_id,
       s.parent_id
FROM assignment s WHERE s.id = $4::bigint AND {assignment_visible} FOR UPDATE OF s;

-- name: assignment_relations_of
-- ($1 people $2 id $3 units) -> relations of these people alone
SELECT {assignment_relations} FROM assignment s WHERE s.id = $2::bigint;

-- name: assignment_hold_parent
-- (id) -> the last day that the parent leaves to this part; the parent stays as it is until the end of the transaction. Locked before the part,
-- as everybody does who locks both.
SELECT p.due, p.number FROM assignment p WHERE p.id = (SELECT parent_id FROM assignment WHERE id = $1::bigint) AND p.closed_on IS NULL FOR SHARE OF p;

-- name: assignment_parts_state
-- (id) -> last day of the open parts, how many they are: asked after the whole is locked, so that a part given meanwhile is seen
SELECT max(due), count(*) FROM assignment WHERE parent_id = $1::bigint AND closed_on IS NULL;

-- name: assignment_parts_open
-- (id) -> ids of the open parts, at every depth, parents first
WITH RECURSIVE down AS (SELECT id, 0 AS depth FROM assignment WHERE parent_id = $1::bigint
                        UNION ALL SELECT k.id, down.depth + 1 FROM assignment k JOIN down ON k.parent_id = down.id)
SELECT d.id FROM down d JOIN assignment s ON s.id = d.id WHERE s.closed_on IS NULL ORDER BY d.depth, d.id;

-- name: assignment_find_number
SELECT id FROM assignment WHERE number = $1::text OR replace(number, '/', '-') = $1::text LIMIT 1;

-- name: assignment_add
-- ($1 series, $2 year, $3 letters, $4 status, $5 source, $6 title, $7 text, $8 urgency, $9 author, $10 behalf, $11 controller, $12 responsible,
--  $13 unit or NULL: the responsible's own, $14 due, $15 nominal, $16 rule, $17 issued, $18 external_id, $19 parent, $20 controller decides) -> id, number
WITH serial AS ({next_number}), numbered AS (
    SELECT value, $3::text || '-' || value || '/' || lpad(($2::integer % 100)::text, 2, '0') AS number FROM serial)
INSERT INTO assignment (number, year, serial, status, source, title, text, urgency, author_id, on_behalf_of_id, controller_id, responsible_id,
                        unit_id, due, due_nominal, due_rule, issued_at, external_id, parent_id, controller_decides, search)
SELECT n.number, $2, n.value, $4::text, $5::text, $6::text, coalesce($7::text, ''), coalesce($8::text, 'ordinary'), $9::bigint, $10::bigint,
       $11::bigint, $12::bigint, coalesce($13::bigint, (SELECT unit_id FROM app_user WHERE id = $12)), $14::date, $15::date, $16::text,
       CASE WHEN $17::boolean THEN now() END, $18::text, $19::bigint, coalesce($20::boolean, true),
       setweight(to_tsvector('russian', n.number || ' ' || $6), 'A') || to_tsvector('russian', left(coalesce($7, ''), 100000))
FROM numbered n
RETURNING id, number;

-- name: assignment_party_add
INSERT INTO assignment_party (assignment_id, user_id, role, due) VALUES ($1::bigint, $2::bigint, $3::text, $4::date) ON CONFLICT DO NOTHING;

-- name: assignment_part_due
-- (assignment, due): every co-executor's own last day
UPDATE assignment_party SET due = $2::date WHERE assignment_id = $1::bigint AND role = 'co_executor';

-- name: assignment_part_report
-- (assignment, people who may report, text) -> user whose part it is
UPDATE assignment_party SET part_state = 'reported', part_text = $3::text, part_at = clock_timestamp(), part_comment = NULL
WHERE assignment_id = $1::bigint AND role = 'co_executor'
  AND user_id = (SELECT q.user_id FROM assignment_party q WHERE q.assignment_id = $1 AND q.role = 'co_executor' AND q.user_id = ANY ($2::bigint[])
                   AND (q.part_state IS NULL OR q.part_state = 'returned') ORDER BY array_position($2, q.user_id) LIMIT 1)
RETURNING user_id;

-- name: assignment_part_decide
-- (assignment, co-executor, state, comment): the part that was reported
UPDATE assignment_party SET part_state = $3::text, part_comment = $4::text
WHERE assignment_id = $1::bigint AND role = 'co_executor' AND user_id = $2::bigint AND part_state = 'reported';

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

-- name: assignment_appeals_of_parent
-- (part, parent): a part serves what the whole serves
INSERT INTO assignment_appeal (assignment_id, appeal_id) SELECT $1::bigint, appeal_id FROM assignment_appeal WHERE assignment_id = $2::bigint
ON CONFLICT DO NOTHING;

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
-- (id, title, text, urgency, controller, controller decides) -> version
UPDATE assignment SET title = coalesce($2::text, title), text = coalesce($3::text, text), urgency = coalesce($4::text, urgency),
       controller_id = coalesce($5::bigint, controller_id), controller_decides = coalesce($6::boolean, controller_decides),
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

-- name: assignment_controller_set
-- (id, controller or NULL: none, decides) -> version
UPDATE assignment SET controller_id = $2::bigint, controller_decides = coalesce($3::boolean, controller_decides), version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: assignment_precheck
-- (assignment, verdict, by, comment) on the report that waits
UPDATE assignment_report SET precheck = $2::text, precheck_by = $3::bigint, precheck_at = clock_timestamp(), precheck_comment = $4::text
WHERE id = (SELECT max(id) FROM assignment_report WHERE assignment_id = $1::bigint AND verdict IS NULL);

-- name: extension_ask
-- (assignment, by, reason, due before, new due) -> id
INSERT INTO extension_request (assignment_id, status, asked_by, reason, due_before, new_due)
VALUES ($1::bigint, 'asked', $2::bigint, $3::text, $4::date, $5::date) RETURNING id;

-- name: extension_open
-- (assignment) -> id, new due, who asked, of the request that waits
SELECT id, new_due, asked_by FROM extension_request WHERE assignment_id = $1::bigint AND status = 'asked' FOR UPDATE;

-- name: extension_end
-- (assignment, status, by, granted due, comment): the request that waits is over
UPDATE extension_request SET status = $2::text, decided_by = $3::bigint, decided_at = clock_timestamp(), granted_due = $4::date, comment = $5::text
WHERE assignment_id = $1::bigint AND status = 'asked';

-- name: assignment_report_add
INSERT INTO assignment_report (assignment_id, author_id, text) VALUES ($1::bigint, $2::bigint, $3::text) RETURNING id;

-- name: assignment_report_verdict
-- (assignment, verdict, by, comment) on the last report without one
UPDATE assignment_report SET verdict = $2::text, verdict_by = $3::bigint, verdict_at = now(), verdict_comment = $4::text
WHERE id = (SELECT max(id) FROM assignment_report WHERE assignment_id = $1::bigint AND verdict IS NULL);

-- name: assignment_by_external
-- (external id, user) -> ..., whether the user may know of it
SELECT s.id, s.number, s.version, s.id NOT IN (SELECT h FROM gorod_hidden_assignments($2::bigint) AS h) FROM assignment s WHERE s.external_id = $1::text;

-- name: assignment_facts
-- (id) -> what assignment.set may change, as it is
SELECT json_build_object('title', title, 'text', text, 'urgency', urgency, 'controller', controller_id, 'check_only', NOT controller_decides, 'due', due, 'file_demanded', file_demanded,
           'co_executors', coalesce((SELECT json_agg(p.user_id ORDER BY p.user_id) FROM assignment_party p WHERE p.assignment_id = s.id AND p.role = 'co_executor'), '[]'),
           'watchers', coalesce((SELECT json_agg(p.user_id ORDER BY p.user_id) FROM assignment_party p WHERE p.assignment_id = s.id AND p.role = 'watcher'), '[]'))
FROM assignment s WHERE id = $1::bigint;

-- name: assignment_open_of
-- plan: custom
-- ($1 user and those they stand in for $2 sees_all $3 units $4 responsible $5 unit $6 due from $7 due to $8 urgency $9 limit) -> id, number, title,
-- in the order in which everybody locks them
SELECT s.id, s.number, s.title FROM assignment s
WHERE s.responsible_id = $4::bigint AND s.closed_on IS NULL AND s.status <> 'draft' AND {assignment_visible}
  AND ($5::bigint IS NULL OR s.unit_id = $5) AND ($6::date IS NULL OR s.due >= $6) AND ($7::date IS NULL OR s.due <= $7)
  AND ($8::text IS NULL OR s.urgency = $8)
ORDER BY s.id LIMIT $9::integer;
