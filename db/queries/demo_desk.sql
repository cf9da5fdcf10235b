-- Demonstration data of the duty desk: ninety days of shifts and some 500 incidents a month with what operators left of them, the same within the hour.
-- What is drawn comes from a hash of the row's number.

-- name: demo_shifts
-- two a day, from eight to eight; the last is on duty
WITH people AS (SELECT array_agg(u.id ORDER BY u.login = 'dispatcher' DESC, u.id) AS ids FROM app_user u JOIN user_role r ON r.user_id = u.id AND r.role = 'dispatcher'
                WHERE u.disabled_at IS NULL),
     tour AS (SELECT g.n, date_trunc('day', now()) - interval '90 days' + g.n * interval '12 hours' - interval '4 hours' AS at FROM generate_series(0, 182) AS g(n)),
     held AS (SELECT t.n, t.at, lead(t.at) OVER (ORDER BY t.n) AS next_at, max(t.n) OVER () - t.n AS back,
                     row_number() OVER (PARTITION BY extract(year FROM t.at) ORDER BY t.n) AS serial
              FROM tour t WHERE t.at < date_trunc('hour', now())),
     named AS (SELECT h.*, p.ids[1 + h.back % cardinality(p.ids)] AS who, p.ids[1 + (h.back + cardinality(p.ids) - 1) % cardinality(p.ids)] AS next_who
               FROM held h CROSS JOIN people p WHERE cardinality(p.ids) > 1)
INSERT INTO shift (number, year, serial, status, opened_at, planned_end, closed_at, dispatcher_id, weather, handover_note, checks, open_items, offered_at, offered_by,
                   accepted_at, accepted_by)
SELECT 'Д-' || n.serial || '/' || to_char(n.at, 'YY'), extract(year FROM n.at), n.serial, CASE WHEN n.next_at IS NULL THEN 'open' ELSE 'closed' END, n.at,
       n.at + interval '12 hours', n.next_at, n.who, (ARRAY['−3 °C, снег', '+1 °C, дождь', '−8 °C, ясно', '0 °C, туман'])[1 + n.n % 4],
       CASE WHEN n.next_at IS NOT NULL THEN (ARRAY['Без происшествий', 'Следить за котельной № 2', 'Ждём ответа сетей', 'Дежурной бригаде звонить на мобильный'])[1 + n.n % 4]
            ELSE '' END,
       CASE WHEN n.next_at IS NOT NULL THEN '{"phone_lines": true, "s112": true, "radio": true, "backup_power": true}'::jsonb ELSE '{}' END,
       CASE WHEN n.next_at IS NOT NULL THEN '{}'::jsonb END, n.next_at - interval '10 minutes', CASE WHEN n.next_at IS NOT NULL THEN n.who END,
       n.next_at, CASE WHEN n.next_at IS NOT NULL THEN n.next_who END
FROM named n ORDER BY n.n;

-- name: demo_incidents
WITH kind AS (SELECT * FROM (VALUES
         ('no_heating', 14, 'Холодные батареи со вчерашнего вечера'), ('no_electricity', 12, 'Нет света во всём подъезде'),
         ('no_cold_water', 9, 'Нет холодной воды с утра'), ('no_hot_water', 9, 'Горячей воды нет третий день'),
         ('pipe_burst_in', 9, 'Течёт стояк, заливает соседей снизу'), ('sewage_block', 6, 'Засор, вода стоит в подвале'),
         ('lift_fault', 6, 'Лифт стоит на первом этаже'), ('street_light', 6, 'Не горят три фонаря подряд'), ('question', 6, 'Спрашивает, когда включат воду'),
         ('snow_ice', 5, 'Сосульки над входом'), ('waste_not_taken', 4, 'Контейнеры не вывозят с субботы'), ('stray_animals', 3, 'Стая собак у школы'),
         ('public_order', 3, 'Шум и драка во дворе'), ('pipe_burst_out', 2, 'Прорвало трубу, вода идёт на дорогу'), ('gas_smell', 2, 'Запах газа в подъезде'),
         ('road_accident', 2, 'Столкнулись две машины'), ('medical', 1, 'Плохо с сердцем, ждут скорую'), ('tree_down', 1, 'Дерево упало на провода'),
         ('fire', 1, 'Горит сарай, дым'), ('open_manhole', 1, 'Открыт люк на тротуаре'), ('lift_stuck', 1, 'Застряли двое в лифте')) AS k(type, weight, text)),
     ladder AS (SELECT k.*, sum(k.weight) OVER (ORDER BY k.weight DESC, k.type) AS upto, sum(k.weight) OVER () AS whole FROM kind k),
     clock AS (SELECT date_trunc('hour', now()) AS now),
     raw AS (SELECT g.n, date_trunc('day', now()) - interval '90 days' + g.n * interval '86 minutes' + (hashtext(g.n || ':minute') & 63) * interval '1 minute' AS at
             FROM generate_series(1, 1520) AS g(n)),
     call AS (SELECT r.n, r.at, c.now, c.now - r.at AS age, (hashtext(r.n || ':kind') & 1048575) AS a, (hashtext(r.n || ':who') & 1048575) AS b,
                     (hashtext(r.n || ':where') & 1048575) AS c, (hashtext(r.n || ':end') & 1023) % 100 AS e FROM raw r CROSS JOIN clock c WHERE r.at < c.now),
     told AS (SELECT c.*, l.type, l.text, f.data, extract(year FROM c.at)::integer AS year,
                     row_number() OVER (PARTITION BY extract(year FROM c.at) ORDER BY c.at, c.n) AS serial,
                     CASE WHEN c.age < interval '15 minutes' THEN 'new' WHEN l.type = 'question' THEN 'closed'
                          WHEN c.age > interval '1 day' THEN CASE WHEN c.e < 3 THEN 'false_call' WHEN c.e < 5 THEN 'out_of_scope' ELSE 'closed' END
                          WHEN c.age > interval '2 hours' THEN CASE WHEN c.e < 50 THEN 'closed' WHEN c.e < 70 THEN 'resolved' WHEN c.e < 90 THEN 'in_work' ELSE 'localized' END
                          WHEN c.e < 50 THEN 'in_work' ELSE 'dispatched' END AS status
              FROM call c JOIN ladder l ON c.a % l.whole >= l.upto - l.weight AND c.a % l.whole < l.upto
              JOIN classifier f ON f.classifier = 'incident_type' AND f.code = l.type),
     place AS (SELECT array_agg(p.id) AS ids FROM (SELECT h.id FROM house h ORDER BY h.id LIMIT 4000) p),
     homes AS MATERIALIZED (SELECT h.id, {incident_address} AS place FROM place p, unnest(p.ids) AS x(id) JOIN house h ON h.id = x.id
                            JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id)
INSERT INTO incident (number, year, serial, status, taken_at, taken_by, shift_id, source, type, priority, text, phone, caller, house_id, place, flat, answered_at,
                      told_at, told_until, localized_at, resolved_at, closed_at, caller_confirmed, measures, escalated_at, search)
SELECT 'ЕД-' || t.serial || '/' || to_char(t.at, 'YY'), t.year, t.serial, t.status, t.at, s.dispatcher_id, s.id,
       (ARRAY['phone', 'phone', 'phone', 'phone', 's112', 's112', 'management_company', 'pos'])[1 + t.b % 8], t.type, t.data->>'priority', t.text,
       '8 905 ' || lpad((t.b % 10000000)::text, 7, '0'), coalesce(w.name, ''), h.id, coalesce(h.place, a.address, 'ул. Ленина, ' || (1 + t.c % 90)),
       CASE WHEN t.c % 3 = 0 THEN (1 + t.b % 80)::text ELSE '' END, t.at, x.told, x.told + interval '6 hours', x.localized, x.resolved,
       CASE t.status WHEN 'closed' THEN x.resolved + CASE t.type WHEN 'question' THEN interval '1 minute' ELSE interval '20 minutes' END
                     WHEN 'false_call' THEN t.at + interval '14 minutes' WHEN 'out_of_scope' THEN t.at + interval '3 minutes' END,
       CASE WHEN t.status = 'closed' AND t.type <> 'question' AND t.b % 6 <> 0 THEN true END,
       CASE WHEN x.resolved IS NULL THEN '' WHEN t.type = 'question' THEN 'Разъяснено'
            ELSE (ARRAY['Устранено бригадой', 'Заменена деталь, работает', 'Проверено на месте, норма'])[1 + t.b % 3] END,
       CASE WHEN t.data->>'priority' = 'p1' THEN t.at END,
       gorod_incident_search('ЕД-' || t.serial || '/' || to_char(t.at, 'YY'), coalesce(h.place, a.address, ''), t.text, coalesce(w.name, ''))
FROM told t
JOIN LATERAL (SELECT s.id, s.dispatcher_id FROM shift s WHERE s.opened_at <= t.at ORDER BY s.opened_at DESC LIMIT 1) s ON true
LEFT JOIN correspondent w ON w.id = 1 + t.b % greatest(1, (SELECT max(id) FROM correspondent)) AND w.kind = 'person' AND NOT w.restricted
LEFT JOIN LATERAL (SELECT p.ids[1 + t.c % greatest(1, cardinality(p.ids))] AS house_id FROM place p) d ON true
LEFT JOIN homes h ON h.id = d.house_id
LEFT JOIN LATERAL (SELECT nullif(a.address, '') AS address FROM appeal a WHERE a.id = 1 + t.c % greatest(1, (SELECT max(id) FROM appeal)) AND NOT a.restricted) a ON true
CROSS JOIN LATERAL (SELECT CASE WHEN t.status NOT IN ('new', 'false_call', 'out_of_scope') AND t.type <> 'question' AND t.e < 92
                                     AND t.at + (5 + t.b % 30) * interval '1 minute' < t.now THEN t.at + (5 + t.b % 30) * interval '1 minute' END AS told,
                           CASE WHEN t.status NOT IN ('localized', 'resolved', 'closed') THEN NULL WHEN t.type = 'question' THEN t.at + (2 + t.b % 3) * interval '1 minute'
                                ELSE t.at + (12 + t.c % 25) * interval '1 minute' END AS localized,
                           CASE WHEN t.status NOT IN ('resolved', 'closed') THEN NULL WHEN t.type = 'question' THEN t.at + (2 + t.b % 3) * interval '1 minute'
                                ELSE t.at + (40 + t.b % CASE WHEN t.age > interval '1 day' THEN 600 ELSE 55 END) * interval '1 minute' END AS resolved) x
ORDER BY t.at, t.n;

-- name: demo_repeats
-- some calls are about what the one before was about: nobody was sent again
UPDATE incident r SET status = 'duplicate', repeat_of = f.id, type = f.type, priority = f.priority, place = f.place, house_id = f.house_id, told_at = NULL, told_until = NULL,
       localized_at = NULL, resolved_at = NULL, closed_at = r.taken_at + interval '2 minutes', caller_confirmed = NULL, measures = '', escalated_at = NULL,
       search = gorod_incident_search(r.number, f.place, r.text, r.caller)
FROM incident f WHERE f.id = r.id - 1 AND r.id % 19 = 0 AND f.id % 19 <> 0 AND f.status NOT IN ('false_call', 'out_of_scope', 'new') AND r.status <> 'new';

-- name: demo_incident_outages
-- most calls about what an outage has cut off at that time come from its houses, are told when it will be back, and end with it
WITH about AS (
    SELECT DISTINCT ON (i.id) i.id, o.id AS outage, o.promised_at, CASE WHEN o.ended_at < date_trunc('hour', now()) - interval '1 hour' THEN o.ended_at END AS ended_at,
           (SELECT oh.house_id FROM outage_house oh WHERE oh.outage_id = o.id ORDER BY hashtext(i.id || ':' || oh.house_id), oh.house_id LIMIT 1) AS house
    FROM incident i JOIN classifier k ON k.classifier = 'incident_type' AND k.code = i.type
    JOIN outage o ON o.resource = k.data->>'resource' AND o.kind IN ('emergency', 'planned') AND o.status <> 'announced' AND i.taken_at > o.started_at
                     AND i.taken_at + interval '1 hour' < coalesce(o.ended_at, 'infinity') AND o.promised_at > i.taken_at
    WHERE i.status NOT IN ('new', 'dispatched', 'false_call', 'out_of_scope', 'duplicate') AND hashtext(i.id || ':outage') & 3 > 0
      AND NOT EXISTS (SELECT 1 FROM incident r WHERE r.repeat_of = i.id)
    ORDER BY i.id, o.id)
UPDATE incident i SET outage_id = x.outage, told_at = coalesce(i.told_at, i.taken_at + interval '5 minutes'), told_until = x.promised_at, house_id = x.house, place = w.place,
       search = gorod_incident_search(i.number, w.place, i.text, i.caller), status = CASE WHEN x.ended_at IS NULL THEN 'in_work' ELSE 'closed' END,
       localized_at = CASE WHEN x.ended_at IS NOT NULL THEN coalesce(i.localized_at, x.ended_at) END, resolved_at = x.ended_at, closed_at = x.ended_at + interval '25 minutes',
       measures = CASE WHEN x.ended_at IS NULL THEN '' ELSE 'Отключение закончилось, всё работает' END, caller_confirmed = CASE WHEN x.ended_at IS NOT NULL AND i.id % 5 > 0 THEN true END
FROM about x CROSS JOIN LATERAL (SELECT {incident_address} AS place FROM house h JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id
                                 WHERE h.id = x.house) w
WHERE i.id = x.id;

-- name: demo_incident_services
INSERT INTO incident_service (incident_id, service, informed_at, informed_by, contact, answer, answered_at, arrived_at)
SELECT i.id, s.service, CASE WHEN d.told THEN i.taken_at + interval '3 minutes' END, CASE WHEN d.told THEN i.taken_by END, CASE WHEN d.told THEN 'Дежурный' ELSE '' END,
       CASE WHEN d.taken THEN 'Бригада выехала' ELSE '' END, CASE WHEN d.taken THEN i.taken_at + (8 + s.n) * interval '1 minute' END,
       CASE WHEN s.n = 1 AND i.priority IN ('p1', 'p2') THEN i.localized_at - interval '1 minute' END
FROM incident i JOIN classifier f ON f.classifier = 'incident_type' AND f.code = i.type
CROSS JOIN LATERAL (SELECT i.status NOT IN ('new', 'duplicate') AND i.type <> 'question' AS told,
                           i.status NOT IN ('new', 'dispatched', 'false_call', 'out_of_scope', 'duplicate') AND i.type <> 'question' AS taken) d
CROSS JOIN LATERAL jsonb_array_elements_text(f.data->'services') WITH ORDINALITY AS s(service, n)
ORDER BY i.id, s.n;

-- name: demo_incident_clocks
INSERT INTO incident_clock (incident_id, norm, met_by, begun_at, due_at, met_at, cancelled_at, told)
SELECT i.id, n.code, n.data->>'met_by', i.taken_at, d.due_at, d.met_at, CASE WHEN d.met_at IS NULL THEN i.closed_at END,
       CASE WHEN u.at > d.due_at THEN 2 WHEN u.at >= gorod_clock_soon(i.taken_at, d.due_at) THEN 1 ELSE 0 END
FROM incident i JOIN classifier f ON f.classifier = 'incident_type' AND f.code = i.type
CROSS JOIN LATERAL jsonb_array_elements_text(f.data->'norms') AS s(norm)
JOIN classifier n ON n.classifier = 'response_norm' AND n.code = s.norm
CROSS JOIN LATERAL (SELECT gorod_norm_due(i.taken_at, (n.data->>'minutes')::integer, (n.data->>'from_hour')::integer, (n.data->>'to_hour')::integer) AS due_at,
                           CASE n.data->>'met_by' WHEN 'answered' THEN i.answered_at WHEN 'told' THEN i.told_at WHEN 'localized' THEN i.localized_at
                                WHEN 'resolved' THEN i.resolved_at END AS met_at) d
CROSS JOIN LATERAL (SELECT coalesce(d.met_at, i.closed_at, date_trunc('hour', now())) AS at) u
WHERE coalesce(n.data->>'from', 'taken') = 'taken';

-- name: demo_desk_counters
INSERT INTO counter (series, year, value)
SELECT 'incident', year, max(serial) FROM incident GROUP BY year UNION ALL SELECT 'shift', year, max(serial) FROM shift GROUP BY year
ON CONFLICT (series, year) DO UPDATE SET value = greatest(counter.value, excluded.value);

-- name: demo_shift_log
-- what the log of the last shifts tells
INSERT INTO shift_entry (shift_id, at, kind, who, text, author_id, done_at, done_text)
SELECT s.id, s.opened_at + e.after, e.kind, e.who, e.text, s.dispatcher_id, CASE WHEN e.kind = 'order' AND s.closed_at IS NOT NULL THEN s.opened_at + interval '5 hours' END,
       CASE WHEN e.kind = 'order' AND s.closed_at IS NOT NULL THEN 'Исполнено' ELSE '' END
FROM (SELECT * FROM shift ORDER BY id DESC LIMIT 6) s
CROSS JOIN (VALUES (interval '20 minutes', 'life_support', '', 'Котельных 12, остановленных нет; топлива на 18 суток; давление воды в норме'),
                   (interval '50 minutes', 'report_up', 'ЦУКС', 'Доклад об обстановке за сутки'),
                   (interval '1 hour', 'order', 'Глава', 'Проверить готовность резервных источников')) AS e(after, kind, who, text)
WHERE s.opened_at + e.after < now() ORDER BY s.id, e.after;

-- name: demo_desk_events
-- what operators and the clock have left in the history of incidents, shifts and outages, in the order of time. A row without a rank changes no state;
-- rank 9 is the card's own last one.
WITH act AS (
    SELECT i.id, i.taken_at AS at, 1 AS ord, 'log' AS action, 1 AS rank, NULL::text AS comment, NULL::jsonb AS changes, true AS moves FROM incident i
    UNION ALL
    SELECT i.id, i.taken_at + interval '2 minutes', 2, 'to_outage', NULL, NULL, jsonb_build_object('outage', jsonb_build_object('to', i.outage_id)), false
    FROM incident i WHERE i.outage_id IS NOT NULL
    UNION ALL
    SELECT i.id, min(v.informed_at), 3, CASE i.status WHEN 'out_of_scope' THEN 'hand_out' ELSE 'dispatch' END, CASE i.status WHEN 'out_of_scope' THEN 9 ELSE 2 END, min(v.contact),
           jsonb_build_object('service', jsonb_build_object('to', jsonb_agg(v.service ORDER BY v.id))), true
    FROM incident i JOIN incident_service v ON v.incident_id = i.id WHERE v.informed_at IS NOT NULL GROUP BY i.id, i.status
    UNION ALL
    SELECT v.incident_id, v.answered_at, 4, 'take', 3, v.answer, jsonb_build_object('service', jsonb_build_object('to', v.service)), true
    FROM incident_service v WHERE v.answered_at IS NOT NULL
    UNION ALL
    SELECT v.incident_id, v.arrived_at, 5, 'arrive', NULL, NULL, jsonb_build_object('service', jsonb_build_object('to', v.service)), true
    FROM incident_service v WHERE v.arrived_at IS NOT NULL
    UNION ALL
    SELECT i.id, i.told_at, 6, 'tell', NULL, NULL, jsonb_build_object('until', jsonb_build_object('to', i.told_until)), true FROM incident i WHERE i.told_at IS NOT NULL
    UNION ALL
    SELECT i.id, i.localized_at, 7, 'localize', 4, NULL, NULL, true FROM incident i WHERE i.localized_at IS DISTINCT FROM i.resolved_at AND i.localized_at IS NOT NULL
    UNION ALL
    SELECT i.id, i.resolved_at, 8, 'resolve', 5, i.measures, NULL, true FROM incident i WHERE i.resolved_at IS NOT NULL
    UNION ALL
    SELECT i.id, i.closed_at, 9, CASE i.status WHEN 'false_call' THEN 'mark_false' WHEN 'duplicate' THEN 'link_duplicate' ELSE 'close' END, 9,
           CASE i.status WHEN 'false_call' THEN 'На месте никого, по телефону не отвечают' END,
           CASE WHEN i.status = 'duplicate' THEN jsonb_build_object('incident', jsonb_build_object('to', i.repeat_of))
                WHEN i.caller_confirmed THEN '{"caller_confirmed": {"to": true}}' END, true
    FROM incident i WHERE i.closed_at IS NOT NULL AND i.status <> 'out_of_scope'),
ranked AS (
    SELECT a.*, row_number() OVER w AS version, max(a.rank) OVER w AS upto, max(a.rank) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM act a WINDOW w AS (PARTITION BY a.id ORDER BY a.at, a.ord)),
named AS (
    SELECT r.*, (ARRAY['new', 'dispatched', 'in_work', 'localized', 'resolved'])[r.before] AS from_state,
           CASE r.upto WHEN 9 THEN i.status ELSE (ARRAY['new', 'dispatched', 'in_work', 'localized', 'resolved'])[r.upto] END AS to_state
    FROM ranked r JOIN incident i ON i.id = r.id),
entry AS (
    SELECT n.*, row_number() OVER (PARTITION BY n.shift_id ORDER BY n.at, n.id) AS place FROM (
        SELECT e.id, e.shift_id, e.at, e.kind AS action, e.text, e.author_id FROM shift_entry e
        UNION ALL SELECT e.id, e.shift_id, e.done_at, 'entry_done', e.done_text, e.author_id FROM shift_entry e WHERE e.done_at IS NOT NULL) n),
told AS (
    SELECT n.at, (SELECT s.dispatcher_id FROM shift s WHERE s.opened_at <= n.at ORDER BY s.opened_at DESC LIMIT 1) AS actor, 'incident' AS record, n.id, n.action,
           n.version::integer AS version, CASE WHEN n.moves THEN n.from_state END AS from_state, CASE WHEN n.moves THEN n.to_state END AS to_state, n.comment, n.changes
    FROM named n
    UNION ALL
    SELECT i.escalated_at, 1, 'incident', i.id, 'escalate_at_once', NULL, NULL, NULL, NULL, jsonb_build_object('priority', jsonb_build_object('to', i.priority))
    FROM incident i WHERE i.escalated_at IS NOT NULL
    UNION ALL
    SELECT CASE w.told WHEN 2 THEN c.due_at ELSE gorod_clock_soon(c.begun_at, c.due_at) END, 1, 'incident', c.incident_id, CASE w.told WHEN 2 THEN 'clock_breached' ELSE 'clock_soon' END,
           NULL, NULL, NULL, NULL, jsonb_build_object('norm', jsonb_build_object('to', c.norm), 'due_at', jsonb_build_object('to', c.due_at))
    FROM incident_clock c JOIN (VALUES (1), (2)) AS w(told) ON w.told <= c.told
    UNION ALL
    SELECT s.opened_at, s.dispatcher_id, 'shift', s.id, 'open', 1, NULL, 'open', NULL, NULL FROM shift s
    UNION ALL
    SELECT e.at, e.author_id, 'shift', e.shift_id, e.action, 1 + e.place::integer, NULL, NULL, e.text, NULL FROM entry e
    UNION ALL
    SELECT s.offered_at, s.offered_by, 'shift', s.id, 'offer', 2 + (SELECT count(*) FROM entry e WHERE e.shift_id = s.id)::integer, 'open', 'offered', s.handover_note, NULL
    FROM shift s WHERE s.offered_at IS NOT NULL
    UNION ALL
    SELECT s.accepted_at, s.accepted_by, 'shift', s.id, 'accept', 3 + (SELECT count(*) FROM entry e WHERE e.shift_id = s.id)::integer, 'offered', 'closed', NULL, NULL
    FROM shift s WHERE s.accepted_at IS NOT NULL
    UNION ALL
    {demo_outage_told})
INSERT INTO event (at, actor_id, record, record_id, action, version, from_state, to_state, comment, changes)
SELECT t.* FROM told t ORDER BY t.at, t.record, t.id, t.version NULLS LAST, t.action;

-- name: demo_desk_versions
-- cards bear the version of their last event; a shift knows the one before it
WITH last AS (SELECT e.record, e.record_id, max(e.version) AS version FROM event e WHERE e.record IN ('incident', 'shift') GROUP BY 1, 2),
     shifts AS (UPDATE shift s SET version = l.version, previous_id = (SELECT p.id FROM shift p WHERE p.opened_at < s.opened_at ORDER BY p.opened_at DESC LIMIT 1)
                FROM last l WHERE l.record = 'shift' AND l.record_id = s.id)
UPDATE incident i SET version = l.version FROM last l WHERE l.record = 'incident' AND l.record_id = i.id;
