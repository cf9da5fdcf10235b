-- What the server does by its own clock, periodic assignments, and the forecast.

-- name: clock_take
-- () -> the day that was dealt with before; no row: today has been (by whichever core), or the clock went back
UPDATE clock_day c SET day = current_date FROM (SELECT day FROM clock_day FOR UPDATE) o WHERE c.day < current_date RETURNING o.day;

-- name: clock_ahead
-- () -> how many days the last day dealt with lies in the future: the clock went back
SELECT greatest(day - current_date, 0) FROM clock_day;

-- name: clock_remind
-- ($1 the day dealt with before, $2 rules, $3 their days ahead, pairwise, $4 the most of these): an event on every open record that became
-- overdue since, or came near its due date; once, however many days were missed
WITH warn AS (SELECT * FROM unnest($2::text[], $3::integer[]) AS w(rule, days)),
     near AS (SELECT 'assignment' AS record, s.id, s.due, s.due_rule FROM assignment s
              WHERE s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft') AND s.due BETWEEN $1::date AND current_date + $4::integer
              UNION ALL
              SELECT 'appeal', a.id, a.due, a.due_rule FROM appeal a WHERE a.closed_on IS NULL AND a.due BETWEEN $1 AND current_date + $4)
INSERT INTO event (actor_id, record, record_id, action, changes)
SELECT 1, n.record, n.id, CASE WHEN n.due < current_date THEN 'overdue' ELSE 'reminder' END, jsonb_build_object('days_left', n.due - current_date)
FROM near n
WHERE n.due < current_date OR EXISTS (SELECT 1 FROM warn w WHERE w.rule = n.due_rule AND n.due - current_date <= w.days AND n.due - $1 > w.days)
ORDER BY n.record, n.id;

-- name: periodic_add
-- (author, period, weekday, next_on, params) -> id
INSERT INTO periodic (author_id, period, weekday, next_on, params) VALUES ($1::bigint, $2::text, $3::integer, $4::date, $5::jsonb) RETURNING id;

-- name: periodic_link
-- (assignment, periodic)
UPDATE assignment SET periodic_id = $2::bigint WHERE id = $1::bigint;

-- name: periodic_ready
-- () -> ids whose next period has begun
SELECT id FROM periodic WHERE ended_at IS NULL AND next_on <= current_date ORDER BY id LIMIT 100;

-- name: periodic_take
-- ($1 id) -> period, weekday, next_on, params, author's login; no row: another core is at it, or has done it
SELECT p.period, p.weekday, p.next_on, p.params, u.login FROM periodic p JOIN app_user u ON u.id = p.author_id
WHERE p.id = $1::bigint AND p.ended_at IS NULL AND p.next_on <= current_date FOR UPDATE OF p SKIP LOCKED;

-- name: periodic_done
-- (id, next_on)
UPDATE periodic SET next_on = $2::date, trouble = '' WHERE id = $1::bigint;

-- name: periodic_trouble
-- (id, why nothing was born) -> a row when that is news
UPDATE periodic SET trouble = $2::text WHERE id = $1::bigint AND trouble <> $2 RETURNING id;

-- fragment: periodic_visible
-- of p to user $1, who sees all: $2
($2::boolean OR p.author_id = $1::bigint OR (p.params->>'responsible')::bigint = $1 OR (p.params->>'on_behalf_of')::bigint = $1)

-- fragment: periodic_may
-- may user $1 ($3: anybody's) change or stop p
($3::boolean OR p.author_id = $1 OR coalesce((p.params->>'on_behalf_of')::bigint = $1, false))

-- fragment: periodic_said
'id', p.id, 'number', p.params->>'title', 'title', p.params->>'title', 'period', p.period, 'status', CASE WHEN p.ended_at IS NULL THEN 'active' ELSE 'stopped' END,
'responsible', (p.params->>'responsible')::bigint, 'responsible_name', r.name, 'author', p.author_id, 'author_name', u.name, 'next_on', CASE WHEN p.ended_at IS NULL THEN p.next_on END,
'born', (SELECT count(*) FROM assignment s WHERE s.periodic_id = p.id), 'trouble', p.trouble,
'actions', CASE WHEN p.ended_at IS NULL AND {periodic_may} THEN '["set","stop"]' ELSE '[]' END::json, 'version', p.version

-- fragment: periodic_matches
{periodic_visible} AND ($4::boolean OR p.ended_at IS NULL)
AND ($5::text IS NULL OR gorod_fold(p.params->>'title') LIKE '%' || gorod_like($5) || '%' OR gorod_fold(r.name) LIKE '%' || gorod_like($5) || '%')

-- name: periodic_list
-- plan: custom
-- ($1 user, $2 sees all, $3 may change anybody's, $4 those that were stopped, too, $5 query, $6 after id, $7 limit) -> json, id
SELECT json_build_object({periodic_said}), p.id
FROM periodic p JOIN app_user u ON u.id = p.author_id LEFT JOIN app_user r ON r.id = (p.params->>'responsible')::bigint
WHERE {periodic_matches} AND ($6::bigint IS NULL OR p.id < $6) ORDER BY p.id DESC LIMIT $7::integer;

-- name: periodic_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM periodic p LEFT JOIN app_user r ON r.id = (p.params->>'responsible')::bigint
                      WHERE {periodic_matches} AND ($3::boolean IS NULL OR true) LIMIT 10001) c;

-- name: periodic_get
-- ($1 user, $2 sees all, $3 may change anybody's, $4 id) -> json
SELECT json_build_object({periodic_said}, 'text', p.params->>'text', 'urgency', coalesce(p.params->>'urgency', 'ordinary'), 'weekday', p.weekday,
    'controller', (p.params->>'controller')::bigint, 'controller_name', (SELECT c.name FROM app_user c WHERE c.id = (p.params->>'controller')::bigint),
    'on_behalf_of_name', (SELECT c.name FROM app_user c WHERE c.id = (p.params->>'on_behalf_of')::bigint),
    'co_executors', coalesce((SELECT json_agg(json_build_object('id', c.id, 'name', c.name) ORDER BY c.name)
                              FROM app_user c WHERE p.params->'co_executors' @> to_jsonb(c.id)), '[]'),
    'ended_at', p.ended_at,
    'assignments', coalesce((SELECT json_agg(json_build_object('id', s.id, 'number', s.number, 'title', s.title, 'status', s.status, 'due', s.due, 'responsible_name', e.name) ORDER BY s.id DESC)
                             FROM (SELECT * FROM assignment b WHERE b.periodic_id = p.id ORDER BY b.id DESC LIMIT 30) s JOIN app_user e ON e.id = s.responsible_id), '[]'),
    'history', coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', a.name, 'action', e.action, 'comment', e.comment,
                                                           'changes', e.changes) ORDER BY e.id)
                         FROM event e LEFT JOIN app_user a ON a.id = e.actor_id WHERE e.record = 'periodic' AND e.record_id = p.id), '[]'))
FROM periodic p JOIN app_user u ON u.id = p.author_id LEFT JOIN app_user r ON r.id = (p.params->>'responsible')::bigint
WHERE p.id = $4::bigint AND {periodic_visible};

-- name: periodic_facts
-- (id) -> what periodic.set may change, as it is
SELECT json_build_object('title', p.params->>'title', 'text', coalesce(p.params->>'text', ''), 'responsible', (p.params->>'responsible')::bigint,
    'controller', (p.params->>'controller')::bigint, 'co_executors', coalesce(p.params->'co_executors', '[]'), 'urgency', coalesce(p.params->>'urgency', 'ordinary'), 'period', p.period)
FROM periodic p WHERE p.id = $1::bigint;

-- name: periodic_lock
-- ($1 user, $2 sees all, $3 may change anybody's, $4 id) -> version, weekday, stopped, may this user change it
SELECT p.version, p.weekday, p.ended_at IS NOT NULL, {periodic_may} FROM periodic p WHERE p.id = $4::bigint AND {periodic_visible} FOR UPDATE;

-- name: periodic_set
-- (id, what is told otherwise from now on, period, first day of the next one) -> version
UPDATE periodic SET params = params || $2::jsonb, period = coalesce($3::text, period), next_on = coalesce($4::date, next_on), trouble = '', version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: periodic_stop
-- (id) -> version
UPDATE periodic SET ended_at = now(), version = version + 1 WHERE id = $1::bigint RETURNING version;

-- fragment: assignment_topic
-- of assignment s: that of its first appeal
coalesce((SELECT ta.topic FROM assignment_appeal ts JOIN appeal ta ON ta.id = ts.appeal_id WHERE ts.assignment_id = s.id ORDER BY ta.id LIMIT 1), '')

-- fragment: pace_done
-- the newest of what was done: days from signing to the report
SELECT s.reported_at::date AS on_day, greatest(s.reported_at::date - {assignment_signed}, 0) AS days, {assignment_topic} AS topic

-- fragment: pace_kept
-- of rows d(scope, scope_id, on_day, days, topic)
INSERT INTO pace (scope, scope_id, topic, done, median_days, per_day)
SELECT d.scope, d.scope_id, coalesce(d.topic, ''), count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY d.days),
       (SELECT count(*)::real / least(90, greatest(1, current_date - min(x.on_day))) FROM d x WHERE x.scope = d.scope AND x.scope_id = d.scope_id AND x.on_day > current_date - 90)
FROM d GROUP BY GROUPING SETS ((d.scope, d.scope_id), (d.scope, d.scope_id, d.topic))
HAVING NOT (GROUPING(d.topic) = 0 AND d.topic = '')
ON CONFLICT (scope, scope_id, topic) DO UPDATE SET done = excluded.done, median_days = excluded.median_days, per_day = excluded.per_day

-- name: pace_of_user
-- ($1 assignment): the pace of who was responsible for it
WITH d AS (SELECT 'user' AS scope, w.responsible_id AS scope_id, n.* FROM (SELECT responsible_id FROM assignment WHERE id = $1::bigint) w
           CROSS JOIN LATERAL ({pace_done} FROM assignment s WHERE s.responsible_id = w.responsible_id AND s.closed_on IS NOT NULL AND s.reported_at IS NOT NULL
                               ORDER BY s.reported_at DESC LIMIT 200) n)
{pace_kept};

-- name: pace_of_all
-- () everybody's and every unit's, anew
WITH d AS (SELECT 'user' AS scope, w.id AS scope_id, n.* FROM app_user w
           CROSS JOIN LATERAL ({pace_done} FROM assignment s WHERE s.responsible_id = w.id AND s.closed_on IS NOT NULL AND s.reported_at IS NOT NULL
                               ORDER BY s.reported_at DESC LIMIT 200) n
           UNION ALL
           SELECT 'unit', w.id, n.* FROM org_unit w
           CROSS JOIN LATERAL ({pace_done} FROM assignment s WHERE s.unit_id = w.id AND s.closed_on IS NOT NULL AND s.reported_at IS NOT NULL
                               ORDER BY s.reported_at DESC LIMIT 200) n)
{pace_kept};

-- fragment: forecast
-- of x(responsible_id, unit_id, topic, signed, due): what is usual, what is to be done before, and when it may be expected; $1 is who asks
SELECT e.expected > x.due AS late,
       gorod_forecast((SELECT language FROM app_user WHERE id = ($1::bigint[])[1]), p.scope, p.median_days, p.done, o.ahead, p.per_day, e.expected) AS reason
FROM (SELECT p.* FROM pace p
      WHERE ((p.scope = 'user' AND p.scope_id = x.responsible_id) OR (p.scope = 'unit' AND p.scope_id = x.unit_id)) AND p.topic IN ('', x.topic) AND p.done >= 5
      ORDER BY p.scope = 'unit', p.topic = '' LIMIT 1) p
CROSS JOIN LATERAL (SELECT count(*) AS ahead FROM (SELECT 1 FROM assignment b WHERE b.responsible_id = x.responsible_id AND b.closed_on IS NULL
                                                   AND b.due <= x.due LIMIT 200) b) o
CROSS JOIN LATERAL (SELECT greatest(x.signed + p.median_days, current_date + CASE WHEN p.scope = 'user' AND p.per_day > 0 THEN ceil(o.ahead / p.per_day)::integer ELSE 0 END) AS expected) e

-- fragment: assignment_forecast
-- of assignment s, while it can still come in time
LEFT JOIN LATERAL (SELECT f.* FROM (SELECT s.responsible_id, s.unit_id, {assignment_topic} AS topic, {assignment_signed} AS signed, s.due) x
                   CROSS JOIN LATERAL ({forecast}) f
                   WHERE s.closed_on IS NULL AND s.status <> 'reported' AND s.due >= current_date) f ON true

-- name: forecast_of
-- ($1 who asks, $2 assignment) -> late, reason
SELECT coalesce(f.late, false), CASE WHEN f.late THEN f.reason END FROM assignment s {assignment_forecast} WHERE s.id = $2::bigint;

-- name: forecast_for
-- ($1 who asks, $2 responsible, $3 due, $4 appeal or NULL) what giving it now would mean -> late, reason; no row: nothing is known of the executor
SELECT f.late, CASE WHEN f.late THEN f.reason END
FROM (SELECT $2::bigint AS responsible_id, (SELECT unit_id FROM app_user WHERE id = $2) AS unit_id,
             coalesce((SELECT topic FROM appeal WHERE id = $4::bigint), '') AS topic, current_date AS signed, $3::date AS due) x
CROSS JOIN LATERAL ({forecast}) f;
