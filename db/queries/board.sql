-- The controller's board. Counts and the differences not yet added up to them are read together: what was committed is counted at once.
-- Every statement: $1 controllers ({0}: whatever is open, controlled or not) $2 units or NULL: all $3 one unit or NULL $4 language
-- -> unit, its name (by day: the column that the day lies in), person, name, from day, overdue, today, week, later, reported, to day, what the line
-- is (overdue, day, later, reported)

-- fragment: board_sums
-- of lines x(due, n, reported)
coalesce(sum(x.n) FILTER (WHERE x.due < current_date), 0) AS overdue,
coalesce(sum(x.n) FILTER (WHERE x.due = current_date), 0) AS today,
coalesce(sum(x.n) FILTER (WHERE x.due > current_date AND x.due <= {end_of_week}), 0) AS week,
coalesce(sum(x.n) FILTER (WHERE x.due = 'infinity'), 0) - coalesce(sum(x.n) FILTER (WHERE x.due <= {end_of_week}), 0) AS later,
coalesce(sum(x.reported), 0) AS reported

-- fragment: board_fresh
-- differences, each as the rows that a fold would make of it
FROM board_delta d CROSS JOIN LATERAL (
    SELECT d.due, d.n, 0 AS reported WHERE d.due <= {end_of_week}
    UNION ALL SELECT 'infinity', CASE WHEN d.due IS NULL THEN 0 ELSE d.n END, CASE WHEN d.due IS NULL THEN d.n ELSE 0 END) f
WHERE (0 = ANY ($1::bigint[]) OR d.controller_id = ANY ($1)) AND ($2::bigint[] IS NULL OR d.unit_id = ANY ($2)) AND ($3::bigint IS NULL OR d.unit_id = $3)

-- fragment: board_place
b.controller_id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR b.unit_id = ANY ($2)) AND ($3::bigint IS NULL OR b.unit_id = $3)

-- name: board_by_unit
-- plan: custom
SELECT g.unit_id, coalesce(gorod_said(o.name, o.name_en, $4::text), ''), NULL, NULL, NULL::date, g.overdue, g.today, g.week, g.later, g.reported, NULL::date, NULL
FROM (SELECT x.unit_id, {board_sums}
      FROM (SELECT b.unit_id, b.due, b.n, b.reported FROM board_count b WHERE {board_place} AND b.responsible_id = 0 AND b.due <= {end_of_week}
            UNION ALL SELECT b.unit_id, b.due, b.n, b.reported FROM board_count b WHERE {board_place} AND b.responsible_id = 0 AND b.due = 'infinity'
            UNION ALL SELECT d.unit_id, f.due, f.n, f.reported {board_fresh}) x
      GROUP BY x.unit_id) g
LEFT JOIN org_unit o ON o.id = g.unit_id
WHERE g.overdue + g.today + g.week + g.later + g.reported > 0
ORDER BY g.overdue DESC, o.name COLLATE "ru-x-icu" NULLS LAST, g.unit_id;

-- name: board_by_executor
-- plan: custom
SELECT CASE WHEN $3 IS NULL THEN NULL ELSE $3 END, (SELECT gorod_said(o.name, o.name_en, $4::text) FROM org_unit o WHERE o.id = coalesce($3, u.unit_id)), g.responsible_id, u.name, NULL::date,
       g.overdue, g.today, g.week, g.later, g.reported, NULL::date, NULL
FROM (SELECT x.responsible_id, {board_sums}
      FROM (SELECT b.responsible_id, b.due, b.n, b.reported FROM board_count b WHERE {board_place} AND b.responsible_id > 0 AND b.due <= {end_of_week}
            UNION ALL SELECT b.responsible_id, b.due, b.n, b.reported FROM board_count b WHERE {board_place} AND b.responsible_id > 0 AND b.due = 'infinity'
            UNION ALL SELECT d.responsible_id, f.due, f.n, f.reported {board_fresh}) x
      GROUP BY x.responsible_id) g
JOIN app_user u ON u.id = g.responsible_id
WHERE g.overdue + g.today + g.week + g.later + g.reported > 0
ORDER BY g.overdue DESC, u.name COLLATE "ru-x-icu", u.id;

-- name: board_by_date
-- plan: custom
-- A line for what is overdue, one for each of the next fourteen days that has something, one for all the later days, one for what is reported.
WITH x AS MATERIALIZED (
    SELECT b.due, b.n, b.reported FROM board_count b WHERE {board_place} AND b.responsible_id = 0 AND b.due < current_date + 14
    UNION ALL SELECT b.due, b.n, b.reported FROM board_count b WHERE {board_place} AND b.responsible_id = 0 AND b.due = 'infinity'
    UNION ALL SELECT f.due, f.n, f.reported FROM board_delta d CROSS JOIN LATERAL (
        SELECT d.due, d.n, 0 AS reported WHERE d.due < current_date + 14
        UNION ALL SELECT 'infinity', CASE WHEN d.due IS NULL THEN 0 ELSE d.n END, CASE WHEN d.due IS NULL THEN d.n ELSE 0 END) f
    WHERE (0 = ANY ($1::bigint[]) OR d.controller_id = ANY ($1)) AND ($2::bigint[] IS NULL OR d.unit_id = ANY ($2)) AND ($3::bigint IS NULL OR d.unit_id = $3)
), line AS (
    SELECT 'overdue' AS what, NULL::date AS first, NULL::date AS last, coalesce(sum(n), 0) AS n FROM x WHERE due < current_date
    UNION ALL SELECT 'day', due, due, sum(n) FROM x WHERE due >= current_date AND due < current_date + 14 GROUP BY due
    UNION ALL SELECT 'later', current_date + 14, NULL, coalesce(sum(n) FILTER (WHERE due = 'infinity'), 0) - coalesce(sum(n) FILTER (WHERE due < 'infinity'), 0) FROM x
    UNION ALL SELECT 'reported', NULL, NULL, coalesce(sum(reported), 0) FROM x)
SELECT NULL, CASE WHEN what <> 'day' THEN what WHEN first = current_date THEN 'today' WHEN first <= {end_of_week} THEN 'week' ELSE 'later' END,
       NULL, NULL, first, CASE WHEN what = 'overdue' THEN n ELSE 0 END, CASE WHEN what = 'day' AND first = current_date THEN n ELSE 0 END,
       CASE WHEN what = 'day' AND first > current_date AND first <= {end_of_week} THEN n ELSE 0 END,
       CASE WHEN what = 'later' OR (what = 'day' AND first > {end_of_week}) THEN n ELSE 0 END, CASE WHEN what = 'reported' THEN n ELSE 0 END, last, what
FROM line WHERE n > 0 AND $4::text IS NOT NULL ORDER BY CASE what WHEN 'overdue' THEN 1 WHEN 'day' THEN 2 WHEN 'later' THEN 3 ELSE 4 END, first;

-- name: board_fold
-- () -> whether differences were added up
SELECT gorod_board_fold();
