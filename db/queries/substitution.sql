-- Substitutes, and the work of a person who leaves.

-- name: substitution_person
-- (user) -> unit, roles csv; the row is held
SELECT u.unit_id, coalesce((SELECT string_agg(role, ',') FROM user_role r WHERE r.user_id = u.id), '')
FROM app_user u WHERE u.id = $1::bigint AND u.disabled_at IS NULL AND u.id <> 1 FOR UPDATE OF u;

-- name: substitution_overlaps
-- (absent, unused, from, to) -> how many stand already on those days
SELECT count(*) FROM substitution WHERE absent_id = $1::bigint AND $2::bigint IS NOT NULL AND ended_at IS NULL AND from_date <= $4::date AND to_date >= $3::date;

-- name: substitution_add
-- (absent, substitute, from, to, reason, by) -> id
INSERT INTO substitution (absent_id, substitute_id, from_date, to_date, reason, made_by)
VALUES ($1::bigint, $2::bigint, $3::date, $4::date, coalesce($5::text, ''), $6::bigint) RETURNING id;

-- fragment: substitution_filters
-- $1 absent $2 substitute $3 those over, too $4 part of a name
($1::bigint IS NULL OR s.absent_id = $1) AND ($2::bigint IS NULL OR s.substitute_id = $2)
AND ($3::boolean OR (s.ended_at IS NULL AND s.to_date >= current_date))
AND ($4::text IS NULL OR gorod_fold(a.name) LIKE '%' || gorod_like($4) || '%' OR gorod_fold(b.name) LIKE '%' || gorod_like($4) || '%')

-- fragment: substitution_json
json_build_object('id', s.id, 'number', s.id::text, 'version', s.version, 'absent', s.absent_id, 'absent_name', a.name, 'substitute', s.substitute_id,
    'substitute_name', b.name, 'from', s.from_date, 'to', s.to_date, 'reason', s.reason, 'made_by_name', (SELECT m.name FROM app_user m WHERE m.id = s.made_by),
    'status', CASE WHEN s.ended_at IS NOT NULL OR s.to_date < current_date THEN 'ended' WHEN s.from_date > current_date THEN 'planned' ELSE 'active' END)

-- name: substitution_list
-- plan: custom
-- ... $5 after from $6 after id $7 limit -> json, from, id; the newest first
SELECT {substitution_json}, s.from_date, s.id
FROM substitution s JOIN app_user a ON a.id = s.absent_id JOIN app_user b ON b.id = s.substitute_id
WHERE {substitution_filters} AND ($6::bigint IS NULL OR (s.from_date, s.id) < ($5::date, $6))
ORDER BY s.from_date DESC, s.id DESC LIMIT $7::integer;

-- name: substitution_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM substitution s JOIN app_user a ON a.id = s.absent_id JOIN app_user b ON b.id = s.substitute_id
                      WHERE {substitution_filters} LIMIT 10001) n;

-- name: substitution_lock
-- (id) -> absent, substitute, the absent's unit and roles csv, whether it is over, version, json; the row is held
SELECT s.absent_id, s.substitute_id, a.unit_id, coalesce((SELECT string_agg(role, ',') FROM user_role r WHERE r.user_id = a.id), ''),
       s.ended_at IS NOT NULL OR s.to_date < current_date, s.version, {substitution_json}
FROM substitution s JOIN app_user a ON a.id = s.absent_id JOIN app_user b ON b.id = s.substitute_id WHERE s.id = $1::bigint FOR UPDATE OF s;

-- name: substitution_end
UPDATE substitution SET ended_at = now(), version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: user_open_work
-- (user) -> how many open ones: executes, gave, controls, takes part in; appeals under consideration
SELECT (SELECT count(*) FROM assignment WHERE responsible_id = $1::bigint AND closed_on IS NULL),
       (SELECT count(*) FROM assignment WHERE (author_id = $1 OR on_behalf_of_id = $1) AND closed_on IS NULL),
       (SELECT count(*) FROM assignment WHERE controller_id = $1 AND closed_on IS NULL),
       (SELECT count(*) FROM assignment_party p JOIN assignment s ON s.id = p.assignment_id
        WHERE p.user_id = $1 AND p.role = 'co_executor' AND s.closed_on IS NULL AND p.part_state IS DISTINCT FROM 'accepted'),
       (SELECT count(*) FROM appeal WHERE considering_id = $1 AND closed_on IS NULL);

-- name: leaving_accused
-- (user, successor) -> appeals that complain of the successor
SELECT count(*) FROM assignment s JOIN assignment_appeal sa ON sa.assignment_id = s.id JOIN appeal a ON a.id = sa.appeal_id
WHERE s.responsible_id = $1::bigint AND s.closed_on IS NULL AND $2::bigint = ANY (a.complained_of);

-- name: leaving_responsible
-- (user, successor, actor, states that another executor begins anew, the state that they get): as assignment.reassign does it, all at once
WITH mine AS MATERIALIZED (SELECT id, status FROM assignment WHERE responsible_id = $1::bigint AND closed_on IS NULL ORDER BY id FOR UPDATE),
     gone AS (DELETE FROM assignment_party p USING mine WHERE p.assignment_id = mine.id AND p.user_id = $1 AND p.role = 'responsible'),
     former AS (INSERT INTO assignment_party (assignment_id, user_id, role) SELECT id, $1, 'former' FROM mine ON CONFLICT DO NOTHING),
     come AS (INSERT INTO assignment_party (assignment_id, user_id, role) SELECT id, $2::bigint, 'responsible' FROM mine ON CONFLICT DO NOTHING),
     moved AS (UPDATE assignment s SET responsible_id = $2, unit_id = (SELECT u.unit_id FROM app_user u WHERE u.id = $2), version = version + 1,
                      status = CASE WHEN s.status = ANY ($4::text[]) THEN coalesce($5::text, s.status) ELSE s.status END,
                      seen_at = CASE WHEN s.status = ANY ($4) THEN NULL ELSE s.seen_at END
               FROM mine WHERE s.id = mine.id RETURNING s.id, mine.status AS was, s.status, s.version)
INSERT INTO event (actor_id, record, record_id, action, version, from_state, to_state, changes)
SELECT $3::bigint, 'assignment', id, 'reassign', version, was, status,
       jsonb_build_object('responsible', jsonb_build_object('from', $1, 'to', $2)) FROM moved;

-- name: leaving_roles
-- (user, successor, actor): what the user gave and what they control
WITH mine AS MATERIALIZED (
        SELECT id, author_id = $1::bigint AS author, on_behalf_of_id IS NOT DISTINCT FROM $1 AS behalf, controller_id IS NOT DISTINCT FROM $1 AS controller
        FROM assignment WHERE closed_on IS NULL AND (author_id = $1 OR on_behalf_of_id = $1 OR controller_id = $1) ORDER BY id FOR UPDATE),
     gone AS (DELETE FROM assignment_party p USING mine WHERE p.assignment_id = mine.id AND p.user_id = $1 AND p.role IN ('author', 'on_behalf_of', 'controller')),
     former AS (INSERT INTO assignment_party (assignment_id, user_id, role) SELECT id, $1, 'former' FROM mine ON CONFLICT DO NOTHING),
     come AS (INSERT INTO assignment_party (assignment_id, user_id, role)
              SELECT mine.id, $2::bigint, r.role FROM mine CROSS JOIN LATERAL (VALUES ('author', mine.author), ('on_behalf_of', mine.behalf),
                                                                                      ('controller', mine.controller)) AS r(role, held) WHERE r.held
              ON CONFLICT DO NOTHING),
     moved AS (UPDATE assignment s SET author_id = CASE WHEN mine.author THEN $2 ELSE s.author_id END,
                      on_behalf_of_id = CASE WHEN mine.behalf THEN $2 ELSE s.on_behalf_of_id END,
                      controller_id = CASE WHEN mine.controller THEN $2 ELSE s.controller_id END, version = version + 1
               FROM mine WHERE s.id = mine.id RETURNING s.id, s.version, mine.author OR mine.behalf AS author, mine.controller)
INSERT INTO event (actor_id, record, record_id, action, version, changes)
SELECT $3::bigint, 'assignment', id, 'hand_over', version,
       CASE WHEN author THEN jsonb_build_object('author', jsonb_build_object('from', $1, 'to', $2)) ELSE '{}' END ||
       CASE WHEN controller THEN jsonb_build_object('controller', jsonb_build_object('from', $1, 'to', $2)) ELSE '{}' END FROM moved;

-- name: leaving_co_executor
-- (user, successor, actor): parts that are not accepted yet
WITH mine AS MATERIALIZED (
        SELECT s.id, p.due FROM assignment_party p JOIN assignment s ON s.id = p.assignment_id
        WHERE p.user_id = $1::bigint AND p.role = 'co_executor' AND s.closed_on IS NULL AND p.part_state IS DISTINCT FROM 'accepted' ORDER BY s.id FOR UPDATE OF s),
     gone AS (DELETE FROM assignment_party p USING mine WHERE p.assignment_id = mine.id AND p.user_id = $1 AND p.role = 'co_executor'),
     former AS (INSERT INTO assignment_party (assignment_id, user_id, role) SELECT id, $1, 'former' FROM mine ON CONFLICT DO NOTHING),
     come AS (INSERT INTO assignment_party (assignment_id, user_id, role, due) SELECT id, $2::bigint, 'co_executor', due FROM mine ON CONFLICT DO NOTHING),
     moved AS (UPDATE assignment s SET version = version + 1 FROM mine WHERE s.id = mine.id RETURNING s.id, s.version)
INSERT INTO event (actor_id, record, record_id, action, version, changes)
SELECT $3::bigint, 'assignment', id, 'hand_over', version, jsonb_build_object('co_executor', jsonb_build_object('from', $1, 'to', $2)) FROM moved;

-- name: leaving_appeals
-- (user, successor, actor): appeals that the user considers
WITH mine AS MATERIALIZED (SELECT id FROM appeal WHERE considering_id = $1::bigint AND closed_on IS NULL ORDER BY id FOR UPDATE),
     moved AS (UPDATE appeal a SET considering_id = $2::bigint, version = version + 1 FROM mine WHERE a.id = mine.id RETURNING a.id, a.version)
INSERT INTO event (actor_id, record, record_id, action, version, changes)
SELECT $3::bigint, 'appeal', id, 'set', version, jsonb_build_object('considering', jsonb_build_object('from', $1, 'to', $2)) FROM moved;

-- name: leaving_substitutions
UPDATE substitution SET ended_at = now(), version = version + 1 WHERE (absent_id = $1::bigint OR substitute_id = $1) AND ended_at IS NULL AND to_date >= current_date;
