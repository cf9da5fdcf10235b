-- What a person should do now, in order, and why.

-- fragment: work_assignment
json_build_object('reason', w.reason, 'record', 'assignment', 'id', s.id, 'number', s.number, 'title', s.title, 'due', w.due,
    'days_left', w.due - current_date, 'unit_name', o.name,
    'person', CASE WHEN s.responsible_id = ANY ($1::bigint[]) THEN coalesce(bu.name, au.name) ELSE ru.name END,
    'for', nullif(w.whose, ($1)[1]), 'for_name', CASE WHEN w.whose <> ($1)[1] THEN (SELECT f.name FROM app_user f WHERE f.id = w.whose) END,
    'status', s.status, 'version', s.version, 'urgency', s.urgency,
    'note', CASE CASE WHEN w.reason = 'overdue' AND s.status = 'returned' THEN 'returned' ELSE w.reason END
        WHEN 'returned' THEN coalesce((SELECT v.name || ': ' || r.verdict_comment FROM assignment_report r LEFT JOIN app_user v ON v.id = r.verdict_by
                              WHERE r.assignment_id = s.id AND r.verdict = 'return' ORDER BY r.id DESC LIMIT 1),
                             (SELECT p.part_comment FROM assignment_party p WHERE p.assignment_id = s.id AND p.part_state = 'returned' AND p.user_id = w.whose LIMIT 1))
        WHEN 'to_decide' THEN (SELECT to_char(x.new_due, 'DD.MM.YYYY') || ': ' || x.reason || ' / ' || u.name
                               FROM extension_request x JOIN app_user u ON u.id = x.asked_by WHERE x.assignment_id = s.id AND x.status = 'asked')
        WHEN 'part_in' THEN (SELECT u.name || ': ' || left(p.part_text, 200) FROM assignment_party p JOIN app_user u ON u.id = p.user_id
                             WHERE p.assignment_id = s.id AND p.part_state = 'reported' ORDER BY p.part_at LIMIT 1)
        WHEN 'unread' THEN (SELECT u.name || ': ' || left(m.text, 200) FROM comment m JOIN app_user u ON u.id = m.author_id
                            WHERE m.record = 'assignment' AND m.record_id = s.id ORDER BY m.id DESC LIMIT 1)
        ELSE CASE WHEN w.reason IN ('to_accept', 'to_check', 'waits_check')
            THEN (SELECT u.name || ': ' || left(r.text, 200) || coalesce(' / ' || k.name || ': ' || r.precheck_comment, '')
                  FROM assignment_report r JOIN app_user u ON u.id = r.author_id LEFT JOIN app_user k ON k.id = r.precheck_by
                  WHERE r.assignment_id = s.id ORDER BY r.id DESC LIMIT 1)
            ELSE left(s.text, 200) END END)

-- fragment: report_unchecked
-- the report of assignment s waits for its controller
(s.controller_id IS NOT NULL AND (SELECT r.precheck IS NULL FROM assignment_report r WHERE r.assignment_id = s.id ORDER BY r.id DESC LIMIT 1))

-- name: worklist_assignments
-- plan: custom
-- ($1 user and those they stand in for, $2 does the user look after what is late in the units, $3 units) -> json, status, relations, reason, due
-- An assignment stands once, under its most urgent reason; what waits for this person's word stands under that.
WITH mine AS (
    SELECT s.id, s.responsible_id AS whose, s.due,
           CASE WHEN s.due < current_date THEN 'overdue' WHEN s.status = 'returned' THEN 'returned'
                WHEN s.due <= current_date + 7 THEN 'due_soon' ELSE 'assigned' END AS reason
    FROM assignment s WHERE s.responsible_id = ANY ($1::bigint[]) AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft')
    UNION ALL
    SELECT s.id, CASE WHEN s.author_id = ANY ($1) THEN s.author_id ELSE s.on_behalf_of_id END, s.due,
           CASE WHEN s.status = 'draft' THEN 'draft' WHEN {report_unchecked} THEN 'waits_check' ELSE 'to_accept' END
    FROM assignment s WHERE (s.author_id = ANY ($1) OR s.on_behalf_of_id = ANY ($1)) AND s.closed_on IS NULL AND s.status IN ('reported', 'draft')
    UNION ALL
    SELECT s.id, s.controller_id, s.due, 'to_check'
    FROM assignment s WHERE s.controller_id = ANY ($1) AND s.closed_on IS NULL AND s.status = 'reported' AND {report_unchecked}
    UNION ALL
    SELECT s.id, CASE WHEN s.author_id = ANY ($1) THEN s.author_id WHEN s.on_behalf_of_id = ANY ($1) THEN s.on_behalf_of_id ELSE s.controller_id END,
           s.due, 'to_decide'
    FROM extension_request x JOIN assignment s ON s.id = x.assignment_id
    WHERE x.status = 'asked' AND s.closed_on IS NULL
      AND (s.author_id = ANY ($1) OR s.on_behalf_of_id = ANY ($1) OR (s.controller_decides AND s.controller_id = ANY ($1)))
    UNION ALL
    SELECT s.id, s.responsible_id, s.due, 'part_in'
    FROM assignment s JOIN assignment_party p ON p.assignment_id = s.id AND p.role = 'co_executor' AND p.part_state = 'reported'
    WHERE s.responsible_id = ANY ($1) AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft')
    UNION ALL
    SELECT s.id, p.user_id, coalesce(p.due, s.due), CASE WHEN p.part_state = 'returned' THEN 'returned'
           WHEN coalesce(p.due, s.due) < current_date THEN 'overdue' ELSE 'co_executor' END
    FROM assignment_party p JOIN assignment s ON s.id = p.assignment_id
    WHERE p.user_id = ANY ($1) AND p.role = 'co_executor' AND (p.part_state IS NULL OR p.part_state = 'returned')
      AND s.closed_on IS NULL AND s.status <> 'reported' AND s.responsible_id <> p.user_id
    UNION ALL
    SELECT s.id, CASE WHEN s.author_id = ANY ($1) THEN s.author_id ELSE s.on_behalf_of_id END, s.due, 'overdue'
    FROM assignment s WHERE (s.author_id = ANY ($1) OR s.on_behalf_of_id = ANY ($1)) AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft')
      AND s.due < current_date AND s.responsible_id <> ALL ($1)
    UNION ALL
    SELECT s.id, ($1)[1], s.due, 'overdue'
    FROM assignment s WHERE $2::boolean AND s.unit_id = ANY ($3::bigint[]) AND NOT s.restricted AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft')
      AND s.due < current_date AND s.responsible_id <> ALL ($1)
    UNION ALL
    SELECT s.id, p.user_id, s.due, 'unread'
    FROM assignment_party p JOIN assignment s ON s.id = p.assignment_id
    WHERE p.user_id = ANY ($1) AND s.closed_on IS NULL AND EXISTS (
        SELECT 1 FROM comment m WHERE m.record = 'assignment' AND m.record_id = s.id AND m.author_id <> ($1)[1]
          AND m.id > coalesce((SELECT r.comment_id FROM comment_read r WHERE r.user_id = ($1)[1] AND r.record = 'assignment' AND r.record_id = s.id), 0))
), ranked AS (
    SELECT m.*, w.rank, w.first FROM mine m
    JOIN (VALUES ('overdue', 1, 3), ('returned', 2, 4), ('due_soon', 3, 6), ('to_decide', 4, 1), ('to_check', 5, 2), ('to_accept', 6, 7), ('part_in', 7, 5),
                 ('unread', 8, 8), ('draft', 9, 9), ('co_executor', 10, 10), ('assigned', 11, 11), ('waits_check', 12, 12)) AS w(reason, rank, first)
      USING (reason)
), one AS (
    SELECT DISTINCT ON (id) id, whose, due, reason, rank FROM ranked ORDER BY id, first, whose = ($1)[1] DESC
), counted AS (
    SELECT count(*) FILTER (WHERE reason = 'overdue') AS overdue, count(*) FILTER (WHERE reason = 'returned') AS returned,
           count(*) FILTER (WHERE reason = 'due_soon') AS due_soon, count(*) FILTER (WHERE reason = 'to_accept') AS to_accept,
           count(*) FILTER (WHERE reason = 'to_decide') AS to_decide, count(*) FILTER (WHERE reason = 'to_check') AS to_check,
           count(DISTINCT id) FILTER (WHERE reason = 'unread') AS unread, count(DISTINCT id) FILTER (WHERE reason = 'draft') AS draft
    FROM (SELECT DISTINCT id, reason FROM ranked) d
), top AS (
    SELECT * FROM one ORDER BY rank, due, id LIMIT 200
)
SELECT {work_assignment}, s.status, {assignment_relations}, w.reason, w.due::text
FROM top w
JOIN assignment s ON s.id = w.id
JOIN app_user ru ON ru.id = s.responsible_id
JOIN app_user au ON au.id = s.author_id
LEFT JOIN app_user bu ON bu.id = s.on_behalf_of_id
LEFT JOIN org_unit o ON o.id = s.unit_id
UNION ALL
SELECT to_json(c), NULL, NULL, 'counts', NULL FROM counted c;

-- fragment: work_appeal
$2::boolean AND {appeal_unhidden} OR a.considering_id = ($1::bigint[])[1] OR a.considering_id = ANY ($1) AND {appeal_unhidden} OR a.unit_id = ANY ($3::bigint[]) AND {appeal_unhidden}

-- name: worklist_appeals
-- plan: custom
-- ($1 user and those they stand in for, $2 sees all, $3 units) for those who register and decide: appeals without action, overdue, due soon, ready to answer
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
