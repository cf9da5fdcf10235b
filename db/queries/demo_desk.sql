-- Demonstration data of the duty desk: ninety days of shifts and some 500 incidents a month, the same on the same day. What is drawn comes from a hash of
-- the row's number.

-- name: demo_shifts
-- two a day, from eight to eight; the last is on duty
WITH people AS (SELECT array_agg(u.id ORDER BY u.login = 'dispatcher' DESC, u.id) AS ids FROM app_user u JOIN user_role r ON r.user_id = u.id AND r.role = 'dispatcher'
                WHERE u.disabled_at IS NULL),
     tour AS (SELECT g.n, date_trunc('day', now()) - interval '90 days' + g.n * interval '12 hours' - interval '4 hours' AS at FROM generate_series(0, 182) AS g(n)),
     held AS (SELECT t.n, t.at, lead(t.at) OVER (ORDER BY t.n) AS next_at, max(t.n) OVER () - t.n AS back,
                     row_number() OVER (PARTITION BY extract(year FROM t.at) ORDER BY t.n) AS serial
              FROM tour t WHERE t.at < now() - interval '1 minute'),
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
     raw AS (SELECT g.n, date_trunc('day', now()) - interval '90 days' + g.n * interval '86 minutes' + (hashtext(g.n || ':minute') & 63) * interval '1 minute' AS at
             FROM generate_series(1, 1520) AS g(n)),
     call AS (SELECT r.n, r.at, now() - r.at AS age, (hashtext(r.n || ':kind') & 1048575) AS a, (hashtext(r.n || ':who') & 1048575) AS b,
                     (hashtext(r.n || ':where') & 1048575) AS c, (hashtext(r.n || ':end') & 1023) % 100 AS e FROM raw r WHERE r.at < now() - interval '3 minutes'),
     told AS (SELECT c.*, l.type, l.text, f.data, extract(year FROM c.at)::integer AS year,
                     row_number() OVER (PARTITION BY extract(year FROM c.at) ORDER BY c.at, c.n) AS serial,
                     CASE WHEN c.age > interval '1 day' THEN CASE WHEN c.e < 3 THEN 'false_call' WHEN c.e < 5 THEN 'out_of_scope' ELSE 'closed' END
                          WHEN c.age > interval '2 hours' THEN CASE WHEN c.e < 50 THEN 'closed' WHEN c.e < 70 THEN 'resolved' WHEN c.e < 90 THEN 'in_work' ELSE 'localized' END
                          WHEN c.age > interval '15 minutes' THEN CASE WHEN c.e < 50 THEN 'in_work' ELSE 'dispatched' END ELSE 'new' END AS status
              FROM call c JOIN ladder l ON c.a % l.whole >= l.upto - l.weight AND c.a % l.whole < l.upto
              JOIN classifier f ON f.classifier = 'incident_type' AND f.code = l.type),
     place AS (SELECT array_agg(p.id) AS ids FROM (SELECT h.id FROM house h ORDER BY h.id LIMIT 4000) p),
     homes AS MATERIALIZED (SELECT h.id, {incident_address} AS place FROM place p, unnest(p.ids) AS x(id) JOIN house h ON h.id = x.id
                            JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id),
     card AS (
         INSERT INTO incident (number, year, serial, status, taken_at, taken_by, shift_id, source, type, priority, text, phone, caller, house_id, place, flat, answered_at,
                               told_at, told_until, localized_at, resolved_at, closed_at, measures, escalated_at, search)
         SELECT 'ЕД-' || t.serial || '/' || to_char(t.at, 'YY'), t.year, t.serial, t.status, t.at, s.dispatcher_id, s.id,
                (ARRAY['phone', 'phone', 'phone', 'phone', 's112', 's112', 'management_company', 'pos'])[1 + t.b % 8], t.type, t.data->>'priority', t.text,
                '8 905 ' || lpad((t.b % 10000000)::text, 7, '0'), coalesce(w.name, ''), h.id, coalesce(h.place, a.address, 'ул. Ленина, ' || (1 + t.c % 90)),
                CASE WHEN t.c % 3 = 0 THEN (1 + t.b % 80)::text ELSE '' END, t.at, x.told, x.told + interval '6 hours', x.localized, x.resolved,
                CASE WHEN t.status IN ('closed', 'false_call', 'out_of_scope') THEN coalesce(x.resolved, t.at) + interval '20 minutes' END,
                CASE WHEN x.resolved IS NOT NULL THEN (ARRAY['Устранено бригадой', 'Заменена деталь, работает', 'Проверено на месте, норма'])[1 + t.b % 3] ELSE '' END,
                CASE WHEN t.data->>'priority' = 'p1' OR t.age > interval '1 hour' THEN t.at END,
                gorod_incident_search('ЕД-' || t.serial || '/' || to_char(t.at, 'YY'), coalesce(h.place, a.address, ''), t.text, coalesce(w.name, ''))
         FROM told t
         JOIN LATERAL (SELECT s.id, s.dispatcher_id FROM shift s WHERE s.opened_at <= t.at ORDER BY s.opened_at DESC LIMIT 1) s ON true
         LEFT JOIN correspondent w ON w.id = 1 + t.b % greatest(1, (SELECT max(id) FROM correspondent)) AND w.kind = 'person' AND NOT w.restricted
         LEFT JOIN LATERAL (SELECT p.ids[1 + t.c % greatest(1, cardinality(p.ids))] AS house_id FROM place p) d ON true
         LEFT JOIN homes h ON h.id = d.house_id
         LEFT JOIN LATERAL (SELECT nullif(a.address, '') AS address FROM appeal a WHERE a.id = 1 + t.c % greatest(1, (SELECT max(id) FROM appeal)) AND NOT a.restricted) a ON true
         CROSS JOIN LATERAL (SELECT CASE WHEN t.status NOT IN ('new', 'false_call', 'out_of_scope') AND t.e < 92 THEN t.at + (5 + t.b % 30) * interval '1 minute' END AS told,
                                    CASE WHEN t.status IN ('localized', 'resolved', 'closed') THEN t.at + (12 + t.c % 25) * interval '1 minute' END AS localized,
                                    CASE WHEN t.status IN ('resolved', 'closed') THEN t.at + (40 + t.b % 600) * CASE WHEN t.age > interval '1 day' THEN interval '1 minute'
                                         ELSE interval '6 seconds' END END AS resolved) x
         ORDER BY t.at, t.n
         RETURNING id, status, taken_at, taken_by, type, answered_at, told_at, localized_at, resolved_at),
     services AS (INSERT INTO incident_service (incident_id, service, informed_at, informed_by, contact, answer, answered_at)
                  SELECT c.id, s.service, CASE WHEN c.status <> 'new' THEN c.taken_at + interval '3 minutes' END, CASE WHEN c.status <> 'new' THEN c.taken_by END,
                         CASE WHEN c.status <> 'new' THEN 'Дежурный' ELSE '' END, CASE WHEN c.status NOT IN ('new', 'dispatched') THEN 'Бригада выехала' ELSE '' END,
                         CASE WHEN c.status NOT IN ('new', 'dispatched') THEN c.taken_at + interval '9 minutes' END
                  FROM card c JOIN classifier f ON f.classifier = 'incident_type' AND f.code = c.type CROSS JOIN LATERAL jsonb_array_elements_text(f.data->'services') AS s(service)),
     clocks AS (INSERT INTO incident_clock (incident_id, norm, met_by, begun_at, due_at, met_at, cancelled_at, told)
                SELECT c.id, n.code, n.data->>'met_by', c.taken_at,
                       gorod_norm_due(c.taken_at, (n.data->>'minutes')::integer, (n.data->>'from_hour')::integer, (n.data->>'to_hour')::integer),
                       CASE n.data->>'met_by' WHEN 'answered' THEN c.answered_at WHEN 'told' THEN c.told_at WHEN 'localized' THEN c.localized_at WHEN 'resolved' THEN c.resolved_at END,
                       CASE WHEN c.status IN ('closed', 'false_call', 'out_of_scope') THEN c.taken_at + interval '1 minute' END, 2
                FROM card c JOIN classifier f ON f.classifier = 'incident_type' AND f.code = c.type
                CROSS JOIN LATERAL jsonb_array_elements_text(f.data->'norms') AS s(norm)
                JOIN classifier n ON n.classifier = 'response_norm' AND n.code = s.norm WHERE coalesce(n.data->>'from', 'taken') = 'taken')
SELECT count(*) FROM card;

-- name: demo_repeats
-- some calls are about what the one before was about
UPDATE incident r SET status = 'duplicate', repeat_of = f.id, type = f.type, place = f.place, house_id = f.house_id, closed_at = coalesce(r.closed_at, r.taken_at)
FROM incident f WHERE f.id = r.id - 1 AND r.id % 19 = 0 AND f.id % 19 <> 0 AND f.status <> 'false_call';

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
