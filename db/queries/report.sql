-- Printed forms (server/report/forms.c). All get the same: $1 user $2 sees all $3 units $4 hide persons $5 from $6 to $7 unit $8 language $9 record
-- $10 today, as far as they need; a column a column of the form. They run in a snapshot of their own and are read row by row.

-- fragment: report_period
-- appeals a registered in the period, of the unit, visible to who asks
{appeal_visible} AND $4::boolean IS NOT NULL AND a.registered BETWEEN $5::date AND $6::date AND ($7::bigint IS NULL OR a.unit_id = $7)

-- fragment: report_citizens
-- appeals under 59-FZ
a.kind IN (SELECT k.code FROM classifier k WHERE k.classifier = 'appeal_kind' AND k.data->>'law' = '59-FZ')

-- fragment: report_author
CASE WHEN $4::boolean THEN NULL WHEN a.anonymous THEN gorod_said('без подписи', 'anonymous', $8::text)
     ELSE (SELECT c.name FROM correspondent c WHERE c.id = a.correspondent_id)
          || CASE WHEN a.collective THEN gorod_said(' и др.', ' and others', $8) || coalesce(' (' || a.members_count || ')', '') ELSE '' END END

-- fragment: report_home
CASE WHEN NOT $4::boolean THEN (SELECT c.address FROM correspondent c WHERE c.id = a.correspondent_id) END

-- fragment: report_results
(SELECT string_agg(DISTINCT gorod_said(r.ru, r.en, $8::text), '; ') FROM appeal_question q
 JOIN classifier r ON r.classifier = 'answer_type' AND r.code = q.result WHERE q.appeal_id = a.id)

-- fragment: report_work
-- resolutions and executors of appeal a
LEFT JOIN LATERAL (SELECT string_agg(DISTINCT s.title, E'\n') AS titles, string_agg(DISTINCT gorod_short(u.name), E'\n') AS people
                   FROM assignment_appeal sa JOIN assignment s ON s.id = sa.assignment_id JOIN app_user u ON u.id = s.responsible_id
                   WHERE sa.appeal_id = a.id AND s.status <> 'draft') w ON true

-- name: report_appeals_journal
-- plan: custom
SELECT a.number, a.registered, {report_author}, {report_home},
       (SELECT gorod_said(h.ru, h.en, $8) FROM classifier h WHERE h.classifier = 'channel' AND h.code = a.channel),
       (SELECT gorod_said(t.ru, t.en, $8) FROM classifier t WHERE t.classifier = 'topic' AND t.code = a.topic),
       a.subject, w.titles, w.people, a.due, a.answer->>'answer_date', a.answer->>'answer_number', {report_results},
       CASE WHEN a.status = 'void' THEN gorod_said('аннулировано', 'void', $8)
            WHEN a.extended_days > 0 THEN gorod_said('продлено на ', 'extended by ', $8) || a.extended_days || gorod_said(' дн.', ' days', $8) END
FROM appeal a {report_work}
WHERE {report_period} AND a.kind IN (SELECT k.code FROM classifier k WHERE k.classifier = 'appeal_kind' AND k.data->>'journal' = 'appeals')
ORDER BY a.registered, a.id;

-- name: report_reception_journal
-- plan: custom
SELECT a.number, a.received, (SELECT gorod_short(u.name) FROM app_user u WHERE u.id = coalesce(a.considering_id, a.registrar_id)),
       {report_author}, {report_home}, a.subject, w.titles, w.people, {report_results}
FROM appeal a {report_work}
WHERE {report_period} AND a.kind IN (SELECT k.code FROM classifier k WHERE k.classifier = 'appeal_kind' AND k.data->>'journal' = 'reception')
ORDER BY a.registered, a.id;

-- name: report_incoming_journal
-- plan: custom
SELECT a.number, a.registered, coalesce({report_author}, nullif(a.forwarded_by, '')), nullif(a.cover_number, ''), a.cover_date, a.subject, w.titles, w.people,
       a.due, a.closed_on
FROM appeal a {report_work}
WHERE {report_period} AND a.kind IN (SELECT k.code FROM classifier k WHERE k.classifier = 'appeal_kind' AND k.data->>'journal' IN ('incoming', 'instructions'))
ORDER BY a.registered, a.id;

-- name: report_outgoing_journal
-- plan: custom
-- what left the house because of an appeal, as it was written down on the day: answers, cover letters to other bodies, notices to the authors.
-- A notice bears the number of the cover letter it tells of
SELECT o.number, o.day, o.addressee, o.what || ': ' || a.subject, gorod_short(x.name),
       (SELECT gorod_short(g.name) FROM app_user g WHERE g.id = coalesce((e.changes->'answer'->>'signatory')::bigint, a.considering_id)),
       a.number || gorod_said(' от ', ' of ', $8) || to_char(a.registered, 'DD.MM.YYYY'),
       (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k WHERE k.classifier = 'answer_channel' AND k.code = o.way)
FROM event e JOIN appeal a ON a.id = e.record_id JOIN app_user x ON x.id = e.actor_id
CROSS JOIN LATERAL (VALUES
    (1, e.action = 'answer', e.changes->'answer'->>'answer_number', (e.changes->'answer'->>'answer_date')::date, {report_author},
     gorod_said('ответ', 'answer', $8), e.changes->'answer'->>'answer_channel'),
    (2, e.action IN ('forward', 'forward_part'), e.changes->'forward'->>'cover_number', e.at::date, e.changes->'forward'->>'forward_to',
     gorod_said('направлено по компетенции', 'forwarded by competence', $8), NULL),
    (3, e.action IN ('forward', 'forward_part'), e.changes->'forward'->>'cover_number', (e.changes->'forward'->>'notice_sent')::date, {report_author},
     gorod_said('уведомление о направлении', 'notice of forwarding', $8), NULL),
    (4, e.action = 'extend', NULL, (e.changes->'notice_sent'->>'to')::date, {report_author}, gorod_said('уведомление о продлении срока', 'notice of extension', $8), NULL)
    ) AS o(ord, is_it, number, day, addressee, what, way)
WHERE e.record = 'appeal' AND e.action IN ('answer', 'forward', 'forward_part', 'extend') AND e.at >= $5::date AND o.is_it AND o.day BETWEEN $5 AND $6::date
  AND {appeal_visible} AND ($7::bigint IS NULL OR a.unit_id = $7) AND ($9::bigint IS NULL OR true)
ORDER BY o.day, e.id, o.ord;

-- name: report_forwarded
-- plan: custom
-- a line a question
SELECT a.number, a.registered, {report_author},
       coalesce(nullif(q.text, ''), (SELECT gorod_said(t.ru, t.en, $8) FROM classifier t WHERE t.classifier = 'topic' AND t.code = q.topic), a.subject),
       q.forward_to, f.forward->>'cover_number', q.result_date, q.result_date - a.registered, f.forward->>'notice_sent'
FROM appeal_question q JOIN appeal a ON a.id = q.appeal_id
LEFT JOIN LATERAL (SELECT e.changes->'forward' AS forward FROM event e
                   WHERE e.record = 'appeal' AND e.record_id = a.id AND e.action IN ('forward', 'forward_part') AND e.changes->'forward'->>'forward_to' = q.forward_to
                   ORDER BY e.id DESC LIMIT 1) f ON true
WHERE {appeal_visible} AND q.result = 'forwarded' AND q.result_date BETWEEN $5::date AND $6::date AND ($7::bigint IS NULL OR a.unit_id = $7)
ORDER BY q.result_date, a.id, q.ord;

-- fragment: report_open
-- assignments s that are to be executed, visible to who asks
{assignment_visible} AND $4::boolean IS NOT NULL AND s.closed_on IS NULL AND s.status NOT IN ('draft', 'reported') AND ($7::bigint IS NULL OR s.unit_id = $7)

-- name: report_overdue
-- plan: custom
SELECT coalesce(o.name, gorod_said('Без подразделения', 'No unit', $8::text)), gorod_short(u.name), s.number, s.title, s.due, $10::date - s.due, s.status,
       (SELECT count(*) FROM event e WHERE e.record = 'assignment' AND e.record_id = s.id AND e.changes->'due'->>'from' IS NOT NULL),
       (SELECT to_char(max(e.at), 'YYYY-MM-DD HH24:MI') FROM event e WHERE e.record = 'assignment' AND e.record_id = s.id)
FROM assignment s JOIN app_user u ON u.id = s.responsible_id LEFT JOIN org_unit o ON o.id = s.unit_id
WHERE {report_open} AND s.due < $10 AND ($5::date IS NULL OR true) AND ($6::date IS NULL OR true) AND ($9::bigint IS NULL OR true)
ORDER BY o.name NULLS LAST, s.due, s.id;

-- name: report_due_soon
-- plan: custom
SELECT s.due, s.due - $10::date, o.name, gorod_short(u.name), s.number, s.title, s.status
FROM assignment s JOIN app_user u ON u.id = s.responsible_id LEFT JOIN org_unit o ON o.id = s.unit_id
WHERE {report_open} AND s.due BETWEEN $10 AND $10 + 7 AND ($5::date IS NULL OR true) AND ($6::date IS NULL OR true) AND ($9::bigint IS NULL OR true)
  AND $8::text IS NOT NULL
ORDER BY s.due, s.id;

-- name: report_unexecuted
-- plan: custom
SELECT s.number, coalesce(s.issued_at, s.created_at)::date, s.due, gorod_short(b.name), gorod_short(u.name), s.title, s.status, greatest($10::date - s.due, 0)
FROM assignment s JOIN app_user u ON u.id = s.responsible_id JOIN app_user b ON b.id = coalesce(s.on_behalf_of_id, s.author_id)
WHERE {report_open} AND coalesce(s.issued_at, s.created_at)::date BETWEEN $5::date AND $6::date AND $8::text IS NOT NULL AND ($9::bigint IS NULL OR true)
ORDER BY s.due, s.id;

-- name: report_terms
-- plan: custom
SELECT CASE WHEN grouping(o.name) = 1 THEN gorod_said('Всего', 'All', $8::text) ELSE coalesce(o.name, gorod_said('Не назначено', 'Not given', $8)) END,
       count(*), count(*) FILTER (WHERE a.closed_on <= a.due), count(*) FILTER (WHERE a.closed_on > a.due), count(*) FILTER (WHERE a.extended_days > 0),
       count(*) FILTER (WHERE a.closed_on IS NULL AND (a.due IS NULL OR a.due >= $10::date)), count(*) FILTER (WHERE a.closed_on IS NULL AND a.due < $10),
       round(avg(a.closed_on - a.registered), 1), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY a.closed_on - a.registered)::numeric, 1)
FROM appeal a LEFT JOIN org_unit o ON o.id = a.unit_id
WHERE {report_period} AND {report_citizens} AND a.status <> 'void' AND ($9::bigint IS NULL OR true)
GROUP BY GROUPING SETS ((o.name), ()) ORDER BY grouping(o.name), o.name NULLS LAST;

-- fragment: report_years
-- the period and the same one of last year
(VALUES (1, $5::date, $6::date), (2, ($5::date - interval '1 year')::date, ($6::date - interval '1 year')::date)) AS p(n, since, until)

-- name: report_figures
-- plan: custom
-- two rows: the period, the same of last year
WITH counted AS (
    SELECT p.n, a.*, k.data->>'form' AS form, q.*,
           EXISTS (SELECT 1 FROM assignment_appeal sa JOIN assignment s ON s.id = sa.assignment_id
                   WHERE sa.appeal_id = a.id AND s.status <> 'draft' AND s.controller_id IS NOT NULL) AS on_control
    FROM {report_years}
    JOIN appeal a ON a.registered BETWEEN p.since AND p.until
    JOIN classifier k ON k.classifier = 'appeal_kind' AND k.code = a.kind AND k.data->>'law' = '59-FZ'
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT coalesce(x.topic, x.ord::text)) AS questions,
               count(*) FILTER (WHERE x.result IN ('supported', 'supported_measures')) AS satisfied, count(*) FILTER (WHERE x.result = 'supported_measures') AS measures,
               count(*) FILTER (WHERE x.result IN ('explained', 'answered')) AS explained, count(*) FILTER (WHERE x.result = 'not_supported') AS refused,
               count(*) FILTER (WHERE x.result = 'forwarded') AS forwarded, count(*) FILTER (WHERE x.result = 'left_unanswered') AS unanswered
        FROM appeal_question x WHERE x.appeal_id = a.id) q
    WHERE {appeal_visible} AND $4::boolean IS NOT NULL AND ($7::bigint IS NULL OR a.unit_id = $7)
), live AS (
    SELECT * FROM counted WHERE status <> 'void'
)
SELECT count(l.id), count(l.id) FILTER (WHERE l.form = 'written'), count(l.id) FILTER (WHERE l.form = 'electronic'), count(l.id) FILTER (WHERE l.form = 'oral'),
       count(l.id) FILTER (WHERE l.channel IN ('courier_body', 'medo') OR l.forwarded_by <> ''), count(l.id) FILTER (WHERE l.collective),
       count(l.id) FILTER (WHERE l.frequency IN ('repeated', 'many_times')), count(l.id) FILTER (WHERE l.anonymous), coalesce(sum(l.questions), 0),
       count(l.id) FILTER (WHERE l.nature = 'proposal'), count(l.id) FILTER (WHERE l.nature = 'statement'), count(l.id) FILTER (WHERE l.nature = 'complaint'),
       count(l.id) FILTER (WHERE l.on_control),
       count(l.id) FILTER (WHERE l.status <> 'withdrawn' AND l.closed_on - l.registered <= 15),
       count(l.id) FILTER (WHERE l.status <> 'withdrawn' AND l.closed_on - l.registered BETWEEN 16 AND 30),
       count(l.id) FILTER (WHERE l.status <> 'withdrawn' AND l.closed_on - l.registered > 30), count(l.id) FILTER (WHERE l.closed_on > l.due),
       count(l.id) FILTER (WHERE l.closed_on IS NULL), count(l.id) FILTER (WHERE l.closed_on IS NULL AND l.due < $10::date),
       count(l.id) FILTER (WHERE l.status = 'withdrawn'), (SELECT count(*) FROM counted v WHERE v.n = y.n AND v.status = 'void'),
       coalesce(sum(l.satisfied), 0), coalesce(sum(l.measures), 0), coalesce(sum(l.explained), 0), coalesce(sum(l.refused), 0),
       coalesce(sum(l.forwarded), 0), coalesce(sum(l.unanswered), 0)
FROM (VALUES (1), (2)) AS y(n) LEFT JOIN live l ON l.n = y.n
WHERE $8::text IS NOT NULL AND ($9::bigint IS NULL OR true)
GROUP BY y.n ORDER BY y.n;

-- fragment: report_asked
-- a row a question (the same topic twice in one appeal counts once), of the period (n 1) and of last year (n 2)
SELECT DISTINCT p.n, a.id, coalesce(q.topic, a.topic, q.ord::text, '') AS asked, coalesce(q.topic, a.topic) AS topic, a.unit_id, a.channel, a.registered,
       coalesce(nullif(a.address, ''), '') AS address, a.correspondent_id
FROM {report_years}
JOIN appeal a ON a.registered BETWEEN p.since AND p.until
LEFT JOIN appeal_question q ON q.appeal_id = a.id
WHERE {appeal_visible} AND $4::boolean IS NOT NULL AND ($7::bigint IS NULL OR a.unit_id = $7) AND $8::text IS NOT NULL AND {report_citizens} AND a.status <> 'void'

-- fragment: report_counts
count(DISTINCT x.id) FILTER (WHERE x.n = 1), count(*) FILTER (WHERE x.n = 1),
round(count(*) FILTER (WHERE x.n = 1) / nullif(sum(count(*) FILTER (WHERE x.n = 1)) OVER (), 0), 4),
count(DISTINCT x.id) FILTER (WHERE x.n = 2), count(*) FILTER (WHERE x.n = 2),
round((count(*) FILTER (WHERE x.n = 1) - count(*) FILTER (WHERE x.n = 2))::numeric / nullif(count(*) FILTER (WHERE x.n = 2), 0), 4)

-- name: report_by_section
-- plan: custom
WITH x AS ({report_asked})
SELECT coalesce(gorod_said(t.ru, t.en, $8), gorod_said('Тема не указана', 'No topic', $8)), {report_counts}
FROM x LEFT JOIN classifier t ON t.classifier = 'topic' AND t.code = left(x.topic, 4)
GROUP BY t.code, t.ru, t.en ORDER BY t.code NULLS LAST;

-- name: report_by_topic
-- plan: custom
WITH x AS ({report_asked})
SELECT coalesce(gorod_said(t.ru, t.en, $8), gorod_said('Тема не указана', 'No topic', $8)), {report_counts}
FROM x LEFT JOIN classifier t ON t.classifier = 'topic' AND t.code = x.topic
GROUP BY t.code, t.ru, t.en ORDER BY count(*) FILTER (WHERE x.n = 1) DESC, t.code NULLS LAST;

-- name: report_by_unit
-- plan: custom
WITH x AS ({report_asked})
SELECT coalesce(o.name, gorod_said('Не назначено', 'Not given', $8)), {report_counts}
FROM x LEFT JOIN org_unit o ON o.id = x.unit_id
GROUP BY o.id, o.name ORDER BY count(*) FILTER (WHERE x.n = 1) DESC, o.name NULLS LAST;

-- name: report_by_settlement
-- plan: custom
-- the settlement as an address begins with it
WITH x AS ({report_asked}), named AS (
    SELECT *, CASE WHEN address ~* '^\s*(г|с|д|п|х|пос|дер|пгт|рп|город|село|деревня|посёлок|поселок|хутор)[. ]' AND address ~ ',' THEN btrim(split_part(address, ',', 1)) END AS place FROM x)
SELECT coalesce(x.place, gorod_said('Не указан', 'Not told', $8)), {report_counts}
FROM named x GROUP BY x.place ORDER BY x.place IS NULL, count(*) FILTER (WHERE x.n = 1) DESC, x.place;

-- name: report_by_channel
-- plan: custom
WITH x AS ({report_asked})
SELECT gorod_said(h.ru, h.en, $8), {report_counts}
FROM x JOIN classifier h ON h.classifier = 'channel' AND h.code = x.channel
GROUP BY h.code, h.ru, h.en, h.ord ORDER BY h.ord;

-- name: report_by_social
-- plan: custom
WITH x AS ({report_asked})
SELECT coalesce(gorod_said(h.ru, h.en, $8), gorod_said('Не указано', 'Not told', $8)), {report_counts}
FROM x LEFT JOIN correspondent c ON c.id = x.correspondent_id LEFT JOIN classifier h ON h.classifier = 'social_status' AND h.code = c.social_status
GROUP BY h.code, h.ru, h.en, h.ord ORDER BY h.ord NULLS LAST;

-- name: report_by_month
-- plan: custom
WITH x AS ({report_asked})
SELECT to_char(make_date(2000, m.month, 1), 'MM') || '.' || CASE WHEN extract(year FROM $5::date) = extract(year FROM $6::date) THEN to_char($5::date, 'YYYY') ELSE '' END,
       {report_counts}
FROM (SELECT x.*, extract(month FROM x.registered)::integer AS month FROM x) AS x CROSS JOIN LATERAL (SELECT x.month) m
GROUP BY m.month ORDER BY m.month;

-- fragment: report_discipline
-- a row an assignment that counts: on time is what was handed in by the due date and then accepted; one's own assignments to oneself do not count
-- (B7 of the rules: what is under way and not yet due is in neither). days_late: until handed in, or until the end of the period
SELECT s.id, s.number, s.title, s.responsible_id, s.unit_id, s.due, s.returned_times, c.issued, c.closed, c.late, c.open, c.past, c.handed_in,
       CASE WHEN c.closed AND c.late THEN c.handed_in - s.due WHEN c.open AND c.past THEN least($6::date + 1, $10::date) - s.due ELSE 0 END AS days_late,
       c.extended
FROM assignment s CROSS JOIN LATERAL (
    SELECT coalesce(s.issued_at, s.created_at)::date BETWEEN $5::date AND $6 AS issued,
           s.status = 'accepted' AND s.accepted_at::date BETWEEN $5 AND $6 AS closed,
           coalesce(s.reported_at::date, s.closed_on) AS handed_in, coalesce(s.reported_at::date, s.closed_on) > s.due AS late,
           (s.closed_on IS NULL OR s.closed_on > $6) AND coalesce(s.issued_at, s.created_at)::date <= $6
               AND (s.reported_at IS NULL OR s.reported_at::date > $6) AS open,
           s.due < least($6 + 1, $10) AS past,
           EXISTS (SELECT 1 FROM extension_request x WHERE x.assignment_id = s.id AND x.status = 'granted') AS extended) c
WHERE {assignment_visible} AND $4::boolean IS NOT NULL AND ($7::bigint IS NULL OR s.unit_id = $7) AND ($9::bigint IS NULL OR true)
  AND s.status NOT IN ('draft', 'cancelled', 'off_control') AND coalesce(s.on_behalf_of_id, s.author_id) <> s.responsible_id

-- name: report_executors
-- plan: custom
WITH counted AS ({report_discipline}), summed AS (
    SELECT responsible_id, unit_id, count(*) FILTER (WHERE issued) AS issued, count(*) FILTER (WHERE closed AND NOT late) AS on_time,
           count(*) FILTER (WHERE closed AND late) AS late, count(*) FILTER (WHERE open AND past) AS overdue, count(*) FILTER (WHERE open AND NOT past) AS in_work,
           coalesce(sum(returned_times) FILTER (WHERE closed OR open), 0) AS returns, count(*) FILTER (WHERE extended AND (closed OR open)) AS extended
    FROM counted GROUP BY responsible_id, unit_id)
SELECT coalesce(o.name, gorod_said('Без подразделения', 'No unit', $8::text)), gorod_short(u.name), m.issued, m.on_time, m.late, m.overdue, m.in_work, m.returns,
       m.extended, round(m.on_time::numeric / nullif(m.on_time + m.late + m.overdue, 0), 4)
FROM summed m JOIN app_user u ON u.id = m.responsible_id LEFT JOIN org_unit o ON o.id = m.unit_id
WHERE m.issued + m.on_time + m.late + m.overdue + m.in_work > 0
ORDER BY o.name NULLS LAST, u.name, u.id;

-- name: report_discipline_note
-- plan: custom
-- what was late, one by one; the reason is what the executor gave when asking for more time, or what the last return said
WITH counted AS ({report_discipline})
SELECT coalesce(o.name, gorod_said('Без подразделения', 'No unit', $8::text)), gorod_short(u.name), m.number || ' ' || m.title, m.due,
       CASE WHEN m.closed THEN m.handed_in END, m.days_late,
       coalesce((SELECT x.reason FROM extension_request x WHERE x.assignment_id = m.id ORDER BY x.id DESC LIMIT 1),
                (SELECT gorod_said('возврат: ', 'returned: ', $8) || r.verdict_comment FROM assignment_report r
                 WHERE r.assignment_id = m.id AND r.verdict = 'return' AND r.verdict_comment <> '' ORDER BY r.id DESC LIMIT 1))
FROM counted m JOIN app_user u ON u.id = m.responsible_id LEFT JOIN org_unit o ON o.id = m.unit_id
WHERE m.days_late > 0
ORDER BY o.name NULLS LAST, u.name, u.id, m.due, m.id;

-- name: report_bonus_cut
-- plan: custom
-- (all - 0.005 x days late - late) / all, of one set: what was closed in the period or was overdue at its end; the steps are the classifier
-- bonus_step. Who has fewer than five has no coefficient: the rows are looked at instead
WITH counted AS ({report_discipline}), summed AS (
    SELECT responsible_id, count(*) AS "all", count(*) FILTER (WHERE days_late > 0) AS late, sum(days_late) AS days,
           string_agg(number || ' (' || days_late || gorod_said(' дн.)', ' d.)', $8::text), ', ' ORDER BY due, id) FILTER (WHERE days_late > 0) AS grounds
    FROM counted WHERE closed OR open AND past GROUP BY responsible_id
), rated AS (
    SELECT *, CASE WHEN "all" >= 5 THEN greatest(round(("all" - 0.005 * days - late) / "all", 3), 0) END AS coefficient FROM summed)
SELECT gorod_short(u.name), r."all", r.late, r.days, r.coefficient,
       CASE WHEN r.coefficient IS NOT NULL THEN coalesce((SELECT max((k.data->>'cut_percent')::numeric) FROM classifier k
           WHERE k.classifier = 'bonus_step' AND NOT k.retired AND r.coefficient < (k.data->>'below')::numeric), 0) / 100 END,
       CASE WHEN r."all" < 5 THEN concat_ws('; ', gorod_said('меньше пяти поручений, решается по строкам', 'fewer than five assignments: decided by the rows', $8), r.grounds)
            ELSE r.grounds END
FROM rated r JOIN app_user u ON u.id = r.responsible_id
ORDER BY r.coefficient NULLS LAST, u.name, u.id;

-- name: report_controllers
-- plan: custom
SELECT gorod_short(u.name), count(*) FILTER (WHERE s.closed_on IS NULL), count(*) FILTER (WHERE s.closed_on BETWEEN $5::date AND $6::date),
       count(*) FILTER (WHERE s.closed_on IS NULL AND s.status <> 'reported' AND s.due < $10::date),
       round((avg(extract(epoch FROM s.accepted_at - s.reported_at) / 86400) FILTER (WHERE s.closed_on BETWEEN $5 AND $6))::numeric, 1)
FROM assignment s JOIN app_user u ON u.id = s.controller_id
WHERE {assignment_visible} AND $4::boolean IS NOT NULL AND ($7::bigint IS NULL OR s.unit_id = $7) AND $8::text IS NOT NULL AND ($9::bigint IS NULL OR true)
  AND s.status <> 'draft' AND coalesce(s.issued_at, s.created_at)::date <= $6
GROUP BY u.id, u.name ORDER BY u.name, u.id;

-- name: report_appeal_card
SELECT a.number, a.registered, a.received, (SELECT gorod_said(k.ru, k.en, $8::text) FROM classifier k WHERE k.classifier = 'appeal_kind' AND k.code = a.kind),
       (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k WHERE k.classifier = 'nature' AND k.code = a.nature),
       (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k WHERE k.classifier = 'channel' AND k.code = a.channel),
       (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k WHERE k.classifier = 'frequency' AND k.code = a.frequency),
       CASE WHEN a.anonymous THEN gorod_said('без подписи', 'anonymous', $8)
            WHEN a.collective THEN gorod_said('коллективное', 'collective', $8) || coalesce(gorod_said(', подписей: ', ', signed by: ', $8) || a.members_count, '')
            ELSE gorod_said('индивидуальное', 'one person', $8) END,
       {report_author}, {report_home},
       CASE WHEN NOT $4 THEN (SELECT string_agg(x.value, ', ' ORDER BY x.id) FROM contact x WHERE x.correspondent_id = a.correspondent_id AND x.kind IN ('mobile', 'home', 'work')) END,
       CASE WHEN NOT $4 THEN (SELECT string_agg(x.value, ', ' ORDER BY x.id) FROM contact x WHERE x.correspondent_id = a.correspondent_id AND x.kind = 'email') END,
       CASE WHEN NOT $4 THEN (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k JOIN correspondent c ON k.code = c.social_status WHERE k.classifier = 'social_status' AND c.id = a.correspondent_id) END,
       CASE WHEN NOT $4 THEN (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k JOIN correspondent c ON k.code = c.privilege WHERE k.classifier = 'privilege' AND c.id = a.correspondent_id) END,
       nullif(a.forwarded_by, ''), nullif(concat_ws(gorod_said(' от ', ' of ', $8), nullif(a.cover_number, ''), to_char(a.cover_date, 'DD.MM.YYYY')), ''),
       (SELECT string_agg(f.name, E'\n' ORDER BY f.id) FROM file f WHERE f.place = 'appeal' AND f.place_id = a.id),
       nullif(a.addressee, ''), a.subject, nullif(CASE WHEN $4 AND gorod_fold(a.address) = gorod_fold({report_address}) THEN '' ELSE a.address END, ''),
       (SELECT string_agg(q.ord || '. ' || concat_ws(': ', (SELECT t.code || ' ' || gorod_said(t.ru, t.en, $8) FROM classifier t WHERE t.classifier = 'topic' AND t.code = q.topic), nullif(q.text, ''))
                          || coalesce(' - ' || (SELECT gorod_said(r.ru, r.en, $8) FROM classifier r WHERE r.classifier = 'answer_type' AND r.code = q.result)
                                      || coalesce(', ' || to_char(q.result_date, 'DD.MM.YYYY'), ''), ''), E'\n' ORDER BY q.ord)
        FROM appeal_question q WHERE q.appeal_id = a.id),
       {report_earlier},
       (SELECT concat_ws(', ', gorod_short(u.name), nullif(u.position, '')) FROM app_user u WHERE u.id = a.considering_id),
       (SELECT string_agg(concat_ws(', ', s.number, to_char(coalesce(s.issued_at, s.created_at), 'DD.MM.YYYY'), gorod_short(b.name) || ': ' || s.title, gorod_short(u.name),
                                    gorod_said('срок ', 'due ', $8) || to_char(s.due, 'DD.MM.YYYY')), E'\n' ORDER BY s.id)
        FROM assignment_appeal sa JOIN assignment s ON s.id = sa.assignment_id JOIN app_user u ON u.id = s.responsible_id
        JOIN app_user b ON b.id = coalesce(s.on_behalf_of_id, s.author_id) WHERE sa.appeal_id = a.id AND s.status <> 'draft'),
       a.due,
       (SELECT string_agg(DISTINCT gorod_short(u.name), ', ') FROM assignment_appeal sa JOIN assignment s ON s.id = sa.assignment_id JOIN app_user u ON u.id = s.controller_id
        WHERE sa.appeal_id = a.id AND s.status <> 'draft'),
       (SELECT string_agg(to_char(e.at, 'DD.MM.YYYY') || ': ' || gorod_said('до ', 'until ', $8) || to_char((e.changes->'due'->>'to')::date, 'DD.MM.YYYY') || coalesce(', ' || e.comment, ''), E'\n' ORDER BY e.id)
        FROM event e WHERE e.record = 'appeal' AND e.record_id = a.id AND e.action = 'extend'),
       nullif(concat_ws(', ', a.answer->>'forward_to', '№ ' || (a.answer->>'cover_number')), ''), (a.answer->>'notice_sent')::date, {report_results},
       nullif(concat_ws(', ', to_char((a.answer->>'answer_date')::date, 'DD.MM.YYYY'), '№ ' || (a.answer->>'answer_number'),
                        (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k WHERE k.classifier = 'answer_channel' AND k.code = a.answer->>'answer_channel')), ''),
       (SELECT concat_ws(', ', gorod_short(u.name), nullif(u.position, '')) FROM app_user u WHERE u.id = (a.answer->>'signatory')::bigint),
       a.status, a.closed_on, (SELECT gorod_short(u.name) FROM app_user u WHERE u.id = a.registrar_id), nullif(a.text, '')
FROM appeal a
WHERE {appeal_visible} AND a.id = $9::bigint AND ($5::date IS NULL OR true) AND ($6::date IS NULL OR true) AND ($7::bigint IS NULL OR true);

-- fragment: report_address
(SELECT c.address FROM correspondent c WHERE c.id = a.correspondent_id)

-- fragment: report_earlier
-- earlier appeals of the author that who asks may open (`a` is the other card inside)
CASE WHEN NOT $4 THEN (SELECT string_agg(x.number || gorod_said(' от ', ' of ', $8) || to_char(x.registered, 'DD.MM.YYYY'), ', ')
    FROM (SELECT a.number, a.registered FROM appeal_author xa JOIN appeal a ON a.id = xa.appeal_id
          WHERE xa.correspondent_id = (SELECT m.correspondent_id FROM appeal m WHERE m.id = $9) AND a.id < $9 AND {appeal_visible} ORDER BY a.id DESC LIMIT 10) x) END

-- name: report_reception_card
SELECT a.number, a.received, (SELECT concat_ws(', ', gorod_short(u.name), nullif(u.position, '')) FROM app_user u WHERE u.id = coalesce(a.considering_id, a.registrar_id)),
       {report_author}, {report_home},
       CASE WHEN NOT $4 THEN (SELECT string_agg(x.value, ', ' ORDER BY x.id) FROM contact x WHERE x.correspondent_id = a.correspondent_id AND x.kind IN ('mobile', 'home', 'work')) END,
       CASE WHEN NOT $4 THEN (SELECT gorod_said(k.ru, k.en, $8::text) FROM classifier k JOIN correspondent c ON k.code = c.social_status WHERE k.classifier = 'social_status' AND c.id = a.correspondent_id) END,
       CASE WHEN NOT $4 THEN (SELECT gorod_said(k.ru, k.en, $8) FROM classifier k JOIN correspondent c ON k.code = c.privilege WHERE k.classifier = 'privilege' AND c.id = a.correspondent_id) END,
       {report_earlier}, concat_ws(E'\n', a.subject, nullif(a.text, '')),
       CASE WHEN a.answer->>'answer_channel' = 'oral' THEN gorod_said('с согласия гражданина дан устный ответ', 'answered orally with the person''s consent', $8) END,
       w.titles, w.people, a.due, {report_results},
       nullif(concat_ws(', ', to_char((a.answer->>'answer_date')::date, 'DD.MM.YYYY'), '№ ' || (a.answer->>'answer_number')), ''), a.status
FROM appeal a {report_work}
WHERE {appeal_visible} AND a.id = $9::bigint AND a.kind IN (SELECT k.code FROM classifier k WHERE k.classifier = 'appeal_kind' AND k.data->>'journal' = 'reception')
  AND ($5::date IS NULL OR true) AND ($6::date IS NULL OR true) AND ($7::bigint IS NULL OR true);

-- name: report_control_slip
SELECT s.number,
       (SELECT string_agg(a.number || gorod_said(' от ', ' of ', $8::text) || to_char(a.registered, 'DD.MM.YYYY') || ': ' || a.subject, E'\n' ORDER BY a.id)
        FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id),
       (SELECT concat_ws(', ', gorod_short(u.name), nullif(u.position, '')) FROM app_user u WHERE u.id = coalesce(s.on_behalf_of_id, s.author_id)),
       coalesce(s.issued_at, s.created_at)::date, s.due,
       (SELECT string_agg(to_char((e.changes->'due'->>'from')::date, 'DD.MM.YYYY') || coalesce(' (' || e.comment || ')', ''), E'\n' ORDER BY e.id)
        FROM event e WHERE e.record = 'assignment' AND e.record_id = s.id AND e.changes->'due'->>'from' IS NOT NULL),
       (SELECT concat_ws(', ', u.name, nullif(u.position, ''), o.name) FROM app_user u LEFT JOIN org_unit o ON o.id = s.unit_id WHERE u.id = s.responsible_id),
       (SELECT string_agg(gorod_short(u.name), ', ' ORDER BY u.name) FROM assignment_party p JOIN app_user u ON u.id = p.user_id WHERE p.assignment_id = s.id AND p.role = 'co_executor'),
       (SELECT gorod_short(u.name) FROM app_user u WHERE u.id = s.controller_id), s.title, nullif(s.text, ''),
       (SELECT string_agg(to_char(r.at, 'DD.MM.YYYY') || ', ' || gorod_short(u.name) || ': ' || r.text || coalesce(E'\n   ' || nullif(r.verdict_comment, ''), ''), E'\n' ORDER BY r.id)
        FROM assignment_report r JOIN app_user u ON u.id = r.author_id WHERE r.assignment_id = s.id),
       nullif(s.returned_times, 0), s.accepted_at::date, s.status
FROM assignment s
WHERE {assignment_visible} AND s.id = $9::bigint AND $4::boolean IS NOT NULL AND ($5::date IS NULL OR true) AND ($6::date IS NULL OR true) AND ($7::bigint IS NULL OR true);

-- name: report_letter
SELECT {report_author}, {report_home}, CASE WHEN NOT $4 AND a.answer->>'answer_channel' = 'email' THEN (SELECT min(x.value) FROM contact x WHERE x.correspondent_id = a.correspondent_id AND x.kind = 'email') END,
       a.answer->>'answer_date', a.answer->>'answer_number', a.number || gorod_said(' от ', ' of ', $8) || to_char(a.registered, 'DD.MM.YYYY'),
       CASE WHEN c.name ~ '^\S+\s+\S+\s+\S+(вна|чна|кызы)$' THEN 'Уважаемая ' || regexp_replace(c.name, '^\S+\s+', '') || '!'
            WHEN c.name ~ '^\S+\s+\S+\s+\S+(вич|ьич|мич|кич|оглы)$' THEN 'Уважаемый ' || regexp_replace(c.name, '^\S+\s+', '') || '!' END,
       nullif(a.answer->>'answer_text', ''), coalesce(nullif(g.position, ''), ''), regexp_replace(g.name, '^(\S+)\s+(\S)\S*\s+(\S)\S*$', '\2. \3. \1'),
       gorod_short(e.name), nullif(e.phone, '')
FROM appeal a LEFT JOIN correspondent c ON c.id = a.correspondent_id AND NOT $4
LEFT JOIN app_user g ON g.id = coalesce((a.answer->>'signatory')::bigint, a.considering_id)
LEFT JOIN app_user e ON e.id = (a.answer->>'by')::bigint
WHERE {appeal_visible} AND a.id = $9::bigint AND ($5::date IS NULL OR true) AND ($6::date IS NULL OR true) AND ($7::bigint IS NULL OR true);

-- name: report_unit_name
SELECT name FROM org_unit WHERE id = $1::bigint;

-- fragment: report_sstu_rows
-- questions whose status changed between $5 and $6: given a result, extended, or registered and still open; with the file of the answer
FROM appeal a
JOIN classifier k ON k.classifier = 'appeal_kind' AND k.code = a.kind AND k.data->>'law' = '59-FZ'
JOIN appeal_question q ON q.appeal_id = a.id
LEFT JOIN classifier r ON r.classifier = 'answer_type' AND r.code = q.result
LEFT JOIN classifier t ON t.classifier = 'topic' AND t.code = q.topic
LEFT JOIN correspondent c ON c.id = a.correspondent_id
LEFT JOIN LATERAL (SELECT e.changes->'forward' AS forward FROM event e
                   WHERE e.record = 'appeal' AND e.record_id = a.id AND e.action IN ('forward', 'forward_part') AND e.changes->'forward'->>'forward_to' = q.forward_to
                   ORDER BY e.id DESC LIMIT 1) w ON true
LEFT JOIN LATERAL (SELECT f.name, f.blob_id, b.size FROM file f JOIN file_blob b ON b.id = f.blob_id
                   WHERE f.place = 'appeal' AND f.place_id = a.id AND f.part = CASE WHEN q.result = 'withdrawn' THEN 'withdrawal' ELSE 'answer' END
                   ORDER BY f.id DESC LIMIT 1) f ON true
CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM event e WHERE e.record = 'appeal' AND e.record_id = a.id AND e.action = 'extend'
                                   AND e.at >= $5::date AND e.at < $6::date + 1) AS now) x
WHERE {appeal_visible} AND NOT $4::boolean AND a.status <> 'void' AND ($7::bigint IS NULL OR a.unit_id = $7)
  AND (q.result_date BETWEEN $5 AND $6 OR (q.result IS NULL AND (a.registered BETWEEN $5 AND $6 OR x.now)))

-- name: report_sstu
-- plan: custom
SELECT a.id, a.number, q.ord, a.received, a.registered, c.name, c.address,
       (SELECT min(m.value) FROM contact m WHERE m.correspondent_id = c.id AND m.kind = 'email'), a.anonymous, q.topic, t.code IS NOT NULL,
       CASE WHEN q.result IS NULL THEN CASE WHEN a.extended_days > 0 THEN 'InWorkExtended' ELSE 'InWork' END ELSE r.data->>'sstu' END,
       r.data->'sstu_extra'->>'actionsTaken', q.result_date, q.forward_to, w.forward->>'cover_number', a.answer->>'decline_ground',
       a.channel NOT IN ('courier_body', 'medo'), a.channel = 'medo', f.name, f.blob_id, f.size,
       coalesce(r.data->'demands' ?| ARRAY['answer_file', 'withdrawal_file'], false), q.result
{report_sstu_rows} AND ($8::text IS NULL OR true)
ORDER BY a.id, q.ord;

-- name: report_sstu_table
-- plan: custom
-- the same as a table for people
SELECT a.number, a.received, a.registered, concat_ws(E'\n', c.name, c.address), q.topic,
       coalesce(gorod_said(r.ru, r.en, $8::text), CASE WHEN a.extended_days > 0 THEN gorod_said('Рассмотрение продлено', 'Extended', $8) ELSE gorod_said('Находится на рассмотрении', 'In work', $8) END),
       q.result_date, q.forward_to, w.forward->>'cover_number', f.name
{report_sstu_rows} AND ($9::bigint IS NULL OR true)
ORDER BY a.id, q.ord;

-- name: report_shelf_lock
-- (user): two papers of one name at the same moment take their places one after the other
SELECT pg_advisory_xact_lock(hashtext('gorod.reports'), ($1::bigint % 2147483647)::integer);

-- name: stats_topics
-- plan: custom
-- $9: how many signs of the code count (4: sections, 14: groups, 19: questions)
WITH x AS ({report_asked})
SELECT t.code, coalesce(gorod_said(t.ru, t.en, $8), gorod_said('Тема не указана', 'No topic', $8)), {report_counts}
FROM x LEFT JOIN classifier t ON t.classifier = 'topic' AND t.code = left(x.topic, $9::bigint::integer)
GROUP BY t.code, t.ru, t.en ORDER BY count(*) FILTER (WHERE x.n = 1) DESC, t.code NULLS LAST;

-- name: stats_correspondents
-- plan: custom
-- who writes most in the period; $9: how many. What is restricted counts for those named alone
WITH x AS ({report_asked})
SELECT c.id, c.name, c.kind, {report_counts}
FROM x JOIN correspondent c ON c.id = x.correspondent_id
GROUP BY c.id, c.name, c.kind HAVING count(*) FILTER (WHERE x.n = 1) > 0
ORDER BY count(DISTINCT x.id) FILTER (WHERE x.n = 1) DESC, count(*) FILTER (WHERE x.n = 1) DESC, c.name, c.id LIMIT $9::bigint;

-- Exports: columns are the fields of `gorod-server import`, in codes; what bears no id of another system is known by ours.

-- name: export_appeals
-- plan: custom
SELECT coalesce(a.external_id, a.number), a.kind, a.channel, a.nature, a.topic, a.subject, a.text, a.address, a.received, a.registered, CASE WHEN a.due_rule = 'from_document' THEN a.due_nominal END, a.addressee,
       g.login, o.code, a.forwarded_by, a.cover_number, a.cover_date, a.anonymous, a.collective, a.members_count, c.name, c.kind,
       (SELECT min(x.value) FROM contact x WHERE x.correspondent_id = c.id AND x.kind = 'mobile'), (SELECT min(x.value) FROM contact x WHERE x.correspondent_id = c.id AND x.kind = 'email'),
       c.address, a.number, a.status, a.closed_on
FROM appeal a LEFT JOIN app_user g ON g.id = a.considering_id LEFT JOIN org_unit o ON o.id = a.unit_id
LEFT JOIN correspondent c ON c.id = a.correspondent_id AND NOT $4::boolean
WHERE {appeal_visible} AND a.registered BETWEEN $5::date AND $6::date AND ($7::bigint IS NULL OR a.unit_id = $7)
ORDER BY a.registered, a.id;

-- name: export_assignments
-- plan: custom
SELECT coalesce(s.external_id, s.number), s.title, s.text, r.login, s.due, s.urgency, k.login, b.login,
       (SELECT string_agg(u.login, ',' ORDER BY u.login) FROM assignment_party p JOIN app_user u ON u.id = p.user_id WHERE p.assignment_id = s.id AND p.role = 'co_executor'),
       (SELECT string_agg(u.login, ',' ORDER BY u.login) FROM assignment_party p JOIN app_user u ON u.id = p.user_id WHERE p.assignment_id = s.id AND p.role = 'watcher'),
       o.code, (SELECT a.number FROM assignment_appeal sa JOIN appeal a ON a.id = sa.appeal_id WHERE sa.assignment_id = s.id ORDER BY a.id LIMIT 1), s.source, s.status = 'draft',
       s.number, s.status, coalesce(s.issued_at, s.created_at)::date, s.closed_on
FROM assignment s JOIN app_user r ON r.id = s.responsible_id LEFT JOIN app_user k ON k.id = s.controller_id LEFT JOIN app_user b ON b.id = s.on_behalf_of_id
LEFT JOIN org_unit o ON o.id = s.unit_id
WHERE {assignment_visible} AND $4::boolean IS NOT NULL AND coalesce(s.issued_at, s.created_at)::date BETWEEN $5::date AND $6::date AND ($7::bigint IS NULL OR s.unit_id = $7)
ORDER BY s.id;

-- name: export_correspondents
-- plan: custom
SELECT coalesce(c.external_id, c.id::text), c.kind, c.name, c.address,
       (SELECT x.value FROM contact x WHERE x.correspondent_id = c.id AND x.kind = 'mobile' ORDER BY x.id LIMIT 1),
       (SELECT x.value FROM contact x WHERE x.correspondent_id = c.id AND x.kind = 'email' ORDER BY x.id LIMIT 1),
       (SELECT string_agg(y.value, ',' ORDER BY y.id) FROM (SELECT x.id, x.value FROM contact x WHERE x.correspondent_id = c.id AND x.kind = 'mobile' ORDER BY x.id OFFSET 1) y),
       c.contact_person, c.social_status, c.privilege, c.note
FROM correspondent c WHERE c.merged_into IS NULL AND ($1::bigint[] IS NULL OR true) ORDER BY c.id;

-- name: export_units
WITH RECURSIVE tree AS (
    SELECT o.*, ARRAY[o.id] AS path FROM org_unit o WHERE o.parent_id IS NULL
    UNION ALL SELECT o.*, t.path || o.id FROM org_unit o JOIN tree t ON o.parent_id = t.id)
SELECT t.code, t.name, p.code, t.kind, t.name_en, t.external FROM tree t LEFT JOIN org_unit p ON p.id = t.parent_id ORDER BY t.path;

-- name: export_users
-- no passwords and no keys: a key opens a door
SELECT u.login, u.name, u.position, u.email, u.phone, o.code, (SELECT string_agg(r.role, ',' ORDER BY r.role) FROM user_role r WHERE r.user_id = u.id),
       (SELECT string_agg(x.code, ',' ORDER BY x.code) FROM user_curates c JOIN org_unit x ON x.id = c.unit_id WHERE c.user_id = u.id), u.language, u.disabled_at IS NOT NULL
FROM app_user u LEFT JOIN org_unit o ON o.id = u.unit_id WHERE u.id <> 1 ORDER BY u.id;

-- name: export_classifiers
SELECT classifier, code, parent, ru, en, ord, data, retired FROM classifier ORDER BY classifier, parent NULLS FIRST, ord, code;

-- name: export_calendar
SELECT date, kind, note FROM calendar_day ORDER BY date;
