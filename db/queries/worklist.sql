-- What a person should do now, in order, and why.

-- fragment: work_assignment
json_build_object('reason', w.reason, 'record', 'assignment', 'id', s.id, 'number', s.number, 'title', s.title, 'due', s.due,
    'days_left', s.due - current_date, 'unit_name', o.name,
    'person', CASE WHEN s.responsible_id = $1::bigint THEN coalesce(bu.name, au.name) ELSE ru.name END,
    'status', s.status, 'version', s.version, 'urgency', s.urgency,
    'note', CASE CASE WHEN w.reason = 'overdue' AND s.status = 'returned' THEN 'returned' ELSE w.reason END
        WHEN 'returned' THEN (SELECT v.name || ': ' || r.verdict_comment FROM assignment_report r LEFT JOIN app_user v ON v.id = r.verdict_by
                              WHERE r.assignment_id = s.id AND r.verdict = 'return' ORDER BY r.id DESC LIMIT 1)
        WHEN 'to_accept' THEN (SELECT u.name || ': ' || left(r.text, 200) FROM assignment_report r JOIN app_user u ON u.id = r.author_id
                               WHERE r.assignment_id = s.id ORDER BY r.id DESC LIMIT 1)
        WHEN 'unread' THEN (SELECT u.name || ': ' || left(m.text, 200) FROM comment m JOIN app_user u ON u.id = m.author_id
                            WHERE m.record = 'assignment' AND m.record_id = s.id ORDER BY m.id DESC LIMIT 1)
        ELSE left(s.text, 200) END)

-- name: worklist_assignments
-- plan: custom
-- ($1 user, $2 units whose reports this user accepts or watches, unused when '{}') -> json, status, relations, reason, due
-- An assignment stands once, under its most urgent reason.
WITH mine AS (
    SELECT s.id, 4 AS relations, s.status, s.due,
           CASE WHEN s.due < current_date THEN 'overdue' WHEN s.status = 'returned' THEN 'returned'
                WHEN s.due <= current_date + 7 THEN 'due_soon' ELSE 'assigned' END AS reason
    FROM assignment s WHERE s.responsible_id = $1::bigint AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft')
    UNION ALL
    SELECT s.id, 1, s.status, s.due, CASE WHEN s.status = 'reported' THEN 'to_accept' ELSE 'draft' END
    FROM assignment s WHERE (s.author_id = $1 OR s.on_behalf_of_id = $1) AND s.closed_on IS NULL AND s.status IN ('reported', 'draft')
    UNION ALL
    SELECT s.id, 2, s.status, s.due, 'to_accept'
    FROM assignment s WHERE s.controller_id = $1 AND s.closed_on IS NULL AND s.status = 'reported'
    UNION ALL
    SELECT s.id, 8, s.status, s.due, CASE WHEN s.due < current_date THEN 'overdue' ELSE 'co_executor' END
    FROM assignment_party p JOIN assignment s ON s.id = p.assignment_id
    WHERE p.user_id = $1 AND p.role = 'co_executor' AND s.closed_on IS NULL AND s.status <> 'reported' AND s.responsible_id <> $1
    UNION ALL
    SELECT s.id, 1, s.status, s.due, 'overdue'
    FROM assignment s WHERE (s.author_id = $1 OR s.on_behalf_of_id = $1) AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft')
      AND s.due < current_date AND s.responsible_id <> $1
    UNION ALL
    SELECT s.id, 32 + 128, s.status, s.due, 'overdue'
    FROM assignment s WHERE s.unit_id = ANY ($2::bigint[]) AND NOT s.restricted AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft')
      AND s.due < current_date AND s.responsible_id <> $1
    UNION ALL
    SELECT s.id, 0, s.status, s.due, 'unread'
    FROM assignment_party p JOIN assignment s ON s.id = p.assignment_id
    WHERE p.user_id = $1 AND s.closed_on IS NULL AND EXISTS (
        SELECT 1 FROM comment m WHERE m.record = 'assignment' AND m.record_id = s.id AND m.author_id <> $1
          AND m.id > coalesce((SELECT r.comment_id FROM comment_read r WHERE r.user_id = $1 AND r.record = 'assignment' AND r.record_id = s.id), 0))
), ranked AS (
    SELECT m.*, w.rank FROM mine m JOIN (VALUES ('overdue', 1), ('returned', 2), ('due_soon', 3), ('to_accept', 4), ('unread', 5), ('draft', 6),
                                                ('co_executor', 7), ('assigned', 8)) AS w(reason, rank) USING (reason)
), one AS (
    SELECT DISTINCT ON (id) id, relations, status, due, reason, rank FROM ranked ORDER BY id, rank
), counted AS (
    SELECT count(*) FILTER (WHERE reason = 'overdue') AS overdue, count(*) FILTER (WHERE reason = 'returned') AS returned,
           count(*) FILTER (WHERE reason = 'due_soon') AS due_soon, count(*) FILTER (WHERE reason = 'to_accept') AS to_accept,
           count(DISTINCT id) FILTER (WHERE reason = 'unread') AS unread, count(DISTINCT id) FILTER (WHERE reason = 'draft') AS draft
    FROM (SELECT DISTINCT id, reason FROM ranked) d
), top AS (
    SELECT * FROM one ORDER BY rank, due, id LIMIT 200
)
SELECT {work_assignment}, s.status, bit_all.relations, w.reason, s.due::text
FROM top w
JOIN assignment s ON s.id = w.id
JOIN LATERAL (SELECT bit_or(m.relations) AS relations FROM mine m WHERE m.id = w.id) bit_all ON true
JOIN app_user ru ON ru.id = s.responsible_id
JOIN app_user au ON au.id = s.author_id
LEFT JOIN app_user bu ON bu.id = s.on_behalf_of_id
LEFT JOIN org_unit o ON o.id = s.unit_id
UNION ALL
SELECT to_json(c), NULL, NULL, 'counts', NULL FROM counted c;

-- fragment: work_appeal
$2::boolean AND {appeal_unhidden} OR a.considering_id = $1::bigint OR a.unit_id = ANY ($3::bigint[]) AND {appeal_unhidden}

-- name: worklist_appeals
-- plan: custom
-- ($1 user, $2 sees all, $3 units) for those who register and decide: appeals without action, overdue, due soon, ready to answer
WITH w AS (
    (SELECT a.id, 'without_action' AS reason FROM appeal a
     WHERE a.status = 'registered' AND a.open_assignments = 0 AND ({work_appeal})
     ORDER BY a.id DESC LIMIT 50)
    UNION ALL
    (SELECT a.id, 'overdue' FROM appeal a
     WHERE a.closed_on IS NULL AND a.due < current_date AND ({work_appeal}) ORDER BY a.due, a.id LIMIT 50)
    UNION ALL
    (SELECT a.id, 'to_answer' FROM appeal a
     WHERE a.closed_on IS NULL AND a.due BETWEEN current_date AND current_date + 7 AND a.status <> 'registered' AND a.open_assignments = 0
       AND ({work_appeal}) ORDER BY a.due, a.id LIMIT 50)
), one AS (
    SELECT DISTINCT ON (id) id, reason FROM w ORDER BY id, CASE reason WHEN 'overdue' THEN 1 WHEN 'to_answer' THEN 2 ELSE 3 END
)
SELECT json_build_object('reason', one.reason, 'record', 'appeal', 'id', a.id, 'number', a.number, 'title', a.subject, 'due', a.due,
                         'days_left', a.due - current_date, 'unit_name', o.name, 'person', c.name, 'status', a.status, 'version', a.version,
                         'note', left(a.text, 200)),
       a.status, 64 + 128, one.reason, a.due::text
FROM one JOIN appeal a ON a.id = one.id
LEFT JOIN org_unit o ON o.id = a.unit_id
LEFT JOIN correspondent c ON c.id = a.correspondent_id
ORDER BY CASE one.reason WHEN 'overdue' THEN 1 WHEN 'to_answer' THEN 2 ELSE 3 END, a.due, a.id DESC;

-- name: worklist_appeal_counts
-- plan: custom
SELECT (SELECT count(*) FROM (SELECT 1 FROM appeal a WHERE a.status = 'registered' AND a.open_assignments = 0
          AND ({work_appeal}) LIMIT 1000) x),
       (SELECT count(*) FROM (SELECT 1 FROM appeal a WHERE a.closed_on IS NULL AND a.due < current_date
          AND ({work_appeal}) LIMIT 1000) x);
