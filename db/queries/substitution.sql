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
       (SELECT count(*) FROM appeal WHERE considering_id = $1 AND closed_on IS NULL),
       (SELECT count(*) FROM periodic p WHERE {periodic_names});

-- fragment: periodic_names
-- user $1 gives, executes or controls what periodic assignment p will bring
p.ended_at IS NULL AND (p.author_id = $1::bigint OR (p.params->>'responsible')::bigint = $1 OR (p.params->>'on_behalf_of')::bigint = $1
    OR (p.params->>'controller')::bigint = $1 OR p.params->'co_executors' @> to_jsonb($1::bigint) OR p.params->'watchers' @> to_jsonb($1::bigint))

-- name: leaving_periodic_author
-- (user) -> how many periodic assignments are given in this user's name: who goes on with them must be able to give
SELECT count(*) FROM periodic p WHERE p.ended_at IS NULL AND p.author_id = $1::bigint;

-- name: leaving_periodic
-- (user, successor, actor): what the next periods will bring. Nobody is the executor and a co-executor of one thing, nor gives on behalf of themselves
WITH moved AS (
    UPDATE periodic p SET author_id = CASE WHEN p.author_id = $1::bigint THEN $2::bigint ELSE p.author_id END, version = p.version + 1, trouble = '',
           params = CASE WHEN n.named->>'on_behalf_of' = (CASE WHEN p.author_id = $1::bigint THEN $2::bigint ELSE p.author_id END)::text THEN n.named - 'on_behalf_of' ELSE n.named END
    FROM periodic q CROSS JOIN LATERAL (
        SELECT q.params || jsonb_strip_nulls(jsonb_build_object(
                   'responsible', r.responsible,
                   'on_behalf_of', CASE WHEN (q.params->>'on_behalf_of')::bigint = $1::bigint THEN $2::bigint END,
                   'controller', CASE WHEN (q.params->>'controller')::bigint = $1::bigint THEN $2::bigint END,
                   'co_executors', (SELECT jsonb_agg(DISTINCT CASE WHEN x = $1::bigint THEN $2::bigint ELSE x END) FROM (SELECT x::bigint FROM jsonb_array_elements_text(q.params->'co_executors') x) y(x)
                                    WHERE CASE WHEN x = $1::bigint THEN $2::bigint ELSE x END <> coalesce(r.responsible, (q.params->>'responsible')::bigint, 0)),
                   'watchers', (SELECT jsonb_agg(DISTINCT CASE WHEN x = $1::bigint THEN $2::bigint ELSE x END) FROM (SELECT x::bigint FROM jsonb_array_elements_text(q.params->'watchers') x) y(x)))) AS named
        FROM (SELECT CASE WHEN (q.params->>'responsible')::bigint = $1::bigint THEN $2::bigint END AS responsible) r) n
    WHERE q.id = p.id AND {periodic_names}
    RETURNING p.id, p.version)
INSERT INTO event (actor_id, record, record_id, action, version, changes)
SELECT $3::bigint, 'periodic', id, 'hand_over', version, jsonb_build_object('person', jsonb_build_object('from', $1, 'to', $2)) FROM moved;

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
