-- Printed forms of the duty desk. Parameters as in report.sql; of the daily report $5 and $6 are the moments between which it lies.

-- fragment: report_desk
-- what a form of the desk is asked with, though the roles of its operation guard it
$1::bigint[] IS NOT NULL AND $2::boolean IS NOT NULL AND $3::bigint[] IS NOT NULL AND $4::boolean IS NOT NULL AND $5::text IS NOT NULL
AND $6::text IS NOT NULL AND ($7::bigint IS NULL OR $7 > 0) AND $8::text IS NOT NULL

-- fragment: report_tour
-- incident i was taken in the 24 hours
{report_desk} AND i.taken_at >= $5::timestamptz AND i.taken_at < $6::timestamptz AND i.status <> 'duplicate'

-- fragment: report_kind
-- of incident i in words
(SELECT gorod_said(k.ru, k.en, $8) FROM classifier k WHERE k.classifier = 'incident_type' AND k.code = i.type)

-- fragment: report_state
-- of incident i
CASE WHEN i.resolved_at IS NOT NULL THEN gorod_said('устранено ', 'resolved ', $8) || to_char(i.resolved_at, 'DD.MM HH24:MI')
     WHEN i.status = 'false_call' THEN gorod_said('ложный вызов', 'false call', $8)
     WHEN i.localized_at IS NOT NULL THEN gorod_said('локализовано ', 'localised ', $8) || to_char(i.localized_at, 'DD.MM HH24:MI')
     WHEN i.closed_at IS NULL THEN gorod_said('в работе', 'in work', $8) ELSE gorod_said('закрыто', 'closed', $8) END

-- fragment: report_moment
'YYYY-MM-DD HH24:MI'

-- name: report_tour_head
-- plan: custom
SELECT to_char($5::timestamptz, 'DD.MM.YYYY HH24:MI'), to_char($6::timestamptz, 'DD.MM.YYYY HH24:MI'),
       (SELECT string_agg(s.number || ' ' || gorod_short(u.name), '; ' ORDER BY s.id) FROM shift s JOIN app_user u ON u.id = s.dispatcher_id
        WHERE s.opened_at < $6::timestamptz AND (s.closed_at IS NULL OR s.closed_at > $5::timestamptz)),
       (SELECT string_agg(DISTINCT gorod_said(r.ru, r.en, $8), '; ') FROM shift s JOIN classifier r ON r.classifier = 'regime' AND r.code = s.regime
        WHERE s.opened_at < $6::timestamptz AND (s.closed_at IS NULL OR s.closed_at > $5::timestamptz)),
       (SELECT string_agg(w.text, '; ' ORDER BY w.at) FROM (
            SELECT s.opened_at AS at, s.weather AS text FROM shift s
            WHERE s.weather <> '' AND s.opened_at < $6::timestamptz AND (s.closed_at IS NULL OR s.closed_at > $5::timestamptz)
            UNION ALL SELECT n.at, n.text FROM shift_entry n WHERE n.kind = 'weather' AND n.at >= $5::timestamptz AND n.at < $6::timestamptz) w)
WHERE {report_desk};

-- name: report_tour_emergencies
-- plan: custom
-- threats to life and whatever hurt people, save what has a section of its own
SELECT i.number, to_char(i.taken_at, {report_moment}), {report_kind}, i.place, left(i.text, 300), nullif(i.dead, 0), nullif(i.injured, 0), nullif(i.rescued, 0), {report_state}
FROM incident i
WHERE {report_tour} AND i.type NOT IN ('fire', 'road_accident', 'water_rescue', 'drill') AND (i.priority = 'p1' OR i.dead + i.injured + i.rescued > 0)
ORDER BY i.taken_at, i.id;

-- name: report_tour_accidents
-- plan: custom
-- fires, on the road, on the water: one line each, also when nothing happened
SELECT gorod_said(k.ru, k.en, $8), count(i.id), coalesce(sum(i.dead), 0), coalesce(sum(i.injured), 0), coalesce(sum(i.rescued), 0),
       string_agg(to_char(i.taken_at, 'HH24:MI') || ' ' || i.place, '; ' ORDER BY i.taken_at)
FROM classifier k LEFT JOIN incident i ON i.type = k.code AND {report_tour} AND i.status <> 'false_call'
WHERE k.classifier = 'incident_type' AND k.code IN ('fire', 'road_accident', 'water_rescue')
GROUP BY k.code, k.ru, k.en, k.ord ORDER BY k.ord;

-- fragment: report_off
-- outages o that cut off
o.kind IN ('emergency', 'planned') AND o.status NOT IN ('announced', 'cancelled')

-- name: report_tour_outages
-- plan: custom
-- by resource: opened and closed in the 24 hours, off at their end; a house in several outages of a resource is one house
SELECT gorod_said(r.ru, r.en, $8), g.opened, g.closed, g.open_now, h.houses, h.residents, h.social, to_char(g.since, {report_moment}),
       to_char(g.promised, {report_moment}), g.suppliers, g.reasons
FROM (SELECT o.resource, count(*) FILTER (WHERE o.started_at >= $5::timestamptz) AS opened, count(*) FILTER (WHERE o.ended_at < $6::timestamptz) AS closed,
             count(*) FILTER (WHERE o.ended_at IS NULL OR o.ended_at >= $6::timestamptz) AS open_now,
             min(o.started_at) FILTER (WHERE o.ended_at IS NULL OR o.ended_at >= $6::timestamptz) AS since,
             max(o.promised_at) FILTER (WHERE o.ended_at IS NULL OR o.ended_at >= $6::timestamptz) AS promised,
             string_agg(DISTINCT c.name, '; ') AS suppliers, string_agg(DISTINCT nullif(left(o.reason, 80), ''), '; ') AS reasons
      FROM outage o LEFT JOIN company c ON c.id = o.supplier_id
      WHERE {report_desk} AND {report_off} AND o.started_at < $6::timestamptz AND (o.ended_at IS NULL OR o.ended_at >= $5::timestamptz)
      GROUP BY o.resource) g
LEFT JOIN classifier r ON r.classifier = 'outage_resource' AND r.code = g.resource
CROSS JOIN LATERAL (
    SELECT count(*) AS houses, sum(gorod_residents(b.residents, b.flats, t.residents_per_flat)) AS residents,
           sum((SELECT count(*) FROM social_object x WHERE x.house_id = b.id AND x.disabled_at IS NULL)) AS social
    FROM (SELECT DISTINCT oh.house_id FROM outage o JOIN outage_house oh ON oh.outage_id = o.id
          WHERE o.resource = g.resource AND {report_off} AND oh.off_at < $6::timestamptz AND (oh.restored_at IS NULL OR oh.restored_at >= $6::timestamptz)) d
    JOIN house b ON b.id = d.house_id AND NOT g.resource = ANY (b.without) JOIN settlement t ON t.id = b.settlement_id) h
ORDER BY r.ord;

-- name: report_tour_planned
-- plan: custom
-- works that begin in the 24 hours after the report
SELECT gorod_said(r.ru, r.en, $8), (SELECT count(DISTINCT h.house_id) FROM outage_house h WHERE h.outage_id = o.id), to_char(o.started_at, {report_moment}),
       to_char(o.promised_at, {report_moment}), c.name, left(o.reason, 200),
       (SELECT string_agg(DISTINCT s.name, ', ') FROM outage_house h JOIN house b ON b.id = h.house_id JOIN street s ON s.id = b.street_id WHERE h.outage_id = o.id)
FROM outage o LEFT JOIN classifier r ON r.classifier = 'outage_resource' AND r.code = o.resource LEFT JOIN company c ON c.id = o.supplier_id
WHERE {report_desk} AND o.kind = 'planned' AND o.status <> 'cancelled' AND o.started_at >= $6::timestamptz AND o.started_at < $6::timestamptz + interval '1 day'
ORDER BY o.started_at, o.id;

-- fragment: report_tour_entry
-- entries n of the log
{report_desk} AND n.at >= $5::timestamptz AND n.at < $6::timestamptz

-- name: report_tour_life_support
-- plan: custom
SELECT to_char(n.at, {report_moment}), n.text FROM shift_entry n WHERE {report_tour_entry} AND n.kind = 'life_support' ORDER BY n.id;

-- name: report_tour_calls
-- plan: custom
-- by kind: calls with their repeats, incidents, false ones, handed to others, those whose clocks were broken
SELECT gorod_said(k.ru, k.en, $8), count(*), count(*) FILTER (WHERE i.status <> 'duplicate'), count(*) FILTER (WHERE i.status = 'false_call'),
       count(*) FILTER (WHERE i.status = 'out_of_scope'), count(*) FILTER (WHERE i.source = 's112'), count(*) FILTER (WHERE i.resolved_at IS NOT NULL),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM incident_clock c WHERE c.incident_id = i.id AND gorod_clock_state(c) = 'breached'))
FROM incident i JOIN classifier k ON k.classifier = 'incident_type' AND k.code = i.type
WHERE {report_desk} AND i.taken_at >= $5::timestamptz AND i.taken_at < $6::timestamptz
GROUP BY k.code, k.ru, k.en, k.ord ORDER BY count(*) DESC, k.ord;

-- name: report_tour_orders
-- plan: custom
SELECT to_char(n.at, {report_moment}), gorod_said(k.ru, k.en, $8), n.who, n.text, to_char(n.done_at, {report_moment}), n.done_text
FROM shift_entry n LEFT JOIN classifier k ON k.classifier = 'shift_entry_kind' AND k.code = n.kind
WHERE {report_tour_entry} AND n.kind IN ('order', 'report_up', 'asked', 'drill') ORDER BY n.id;

-- name: report_tour_notes
-- plan: custom
SELECT to_char(n.at, {report_moment}), gorod_short(u.name), n.text
FROM shift_entry n JOIN app_user u ON u.id = n.author_id WHERE {report_tour_entry} AND n.kind = 'note' ORDER BY n.id;

-- name: report_incidents_journal
-- plan: custom
SELECT i.number, to_char(i.taken_at, {report_moment}), i.caller, i.phone, i.place, {report_kind}, left(i.text, 500),
       (SELECT string_agg(DISTINCT gorod_said(v.ru, v.en, $8), '; ') FROM incident_service s JOIN classifier v ON v.classifier = 'service' AND v.code = s.service
        WHERE s.incident_id = i.id),
       (SELECT to_char(min(s.informed_at), {report_moment}) FROM incident_service s WHERE s.incident_id = i.id),
       {report_state}, to_char(i.resolved_at, {report_moment}), (SELECT gorod_short(u.name) FROM app_user u WHERE u.id = i.taken_by),
       (SELECT o.number FROM outage o WHERE o.id = i.outage_id)
FROM incident i WHERE {report_desk} AND i.taken_at >= $5::date AND i.taken_at < $6::date + 1 ORDER BY i.taken_at, i.id;

-- name: report_shift_log
-- plan: custom
SELECT s.number, to_char(s.opened_at, {report_moment}), to_char(s.closed_at, {report_moment}), gorod_short(d.name), gorod_short(a.name),
       gorod_said(r.ru, r.en, $8), (SELECT count(*) FROM incident i WHERE i.shift_id = s.id), s.handover_note, s.remarks,
       CASE WHEN s.accepted_at > s.planned_end THEN ceil(extract(epoch FROM s.accepted_at - s.planned_end) / 60)::integer END
FROM shift s JOIN app_user d ON d.id = s.dispatcher_id LEFT JOIN app_user a ON a.id = s.accepted_by
LEFT JOIN classifier r ON r.classifier = 'regime' AND r.code = s.regime
WHERE {report_desk} AND s.opened_at >= $5::date AND s.opened_at < $6::date + 1 ORDER BY s.id;

-- fragment: report_desk_figures
-- of outages o that began in the period: how many of each kind, houses, hours until restored, broken promises
count(*), count(*) FILTER (WHERE o.kind = 'emergency'), count(*) FILTER (WHERE o.kind = 'planned'),
sum((SELECT count(DISTINCT h.house_id) FROM outage_house h WHERE h.outage_id = o.id)),
round((avg(extract(epoch FROM o.ended_at - o.started_at)) FILTER (WHERE o.ended_at IS NOT NULL) / 3600)::numeric, 2),
round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM o.ended_at - o.started_at)) FILTER (WHERE o.ended_at IS NOT NULL) / 3600)::numeric, 2),
count(*) FILTER (WHERE o.promise_broken)

-- fragment: report_desk_outages
{report_desk} AND {report_off} AND o.started_at >= $5::date AND o.started_at < $6::date + 1

-- name: report_desk_by_resource
-- plan: custom
SELECT coalesce(gorod_said(r.ru, r.en, $8), o.resource), {report_desk_figures}
FROM outage o LEFT JOIN classifier r ON r.classifier = 'outage_resource' AND r.code = o.resource
WHERE {report_desk_outages} GROUP BY o.resource, r.ru, r.en ORDER BY count(*) DESC, 1;

-- name: report_desk_by_supplier
-- plan: custom
SELECT coalesce(c.name, gorod_said('не назван', 'not named', $8)), {report_desk_figures}
FROM outage o LEFT JOIN company c ON c.id = o.supplier_id WHERE {report_desk_outages} GROUP BY c.id, c.name, $8 ORDER BY count(*) DESC, 1;

-- name: report_desk_by_district
-- plan: custom
-- an outage counts in each district in which it cut off houses
SELECT coalesce(d.name, gorod_said('без района', 'without a district', $8)), {report_desk_figures}
FROM (SELECT DISTINCT oh.outage_id, coalesce(b.district_id, t.district_id) AS district_id
      FROM outage_house oh JOIN house b ON b.id = oh.house_id JOIN settlement t ON t.id = b.settlement_id) x
JOIN outage o ON o.id = x.outage_id LEFT JOIN district d ON d.id = x.district_id
WHERE {report_desk_outages} GROUP BY d.id, d.name, $8 ORDER BY count(*) DESC, 1;

-- name: report_desk_by_kind
-- plan: custom
-- incidents by kind: in all, repeats, false, minutes until a service was told, hours until resolved, clocks broken
SELECT gorod_said(k.ru, k.en, $8), count(*), count(*) FILTER (WHERE i.status = 'duplicate'), count(*) FILTER (WHERE i.status = 'false_call'),
       round((avg(extract(epoch FROM (SELECT min(s.informed_at) FROM incident_service s WHERE s.incident_id = i.id) - i.taken_at)) / 60)::numeric, 1),
       round((avg(extract(epoch FROM i.resolved_at - i.taken_at)) / 3600)::numeric, 2),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM incident_clock c WHERE c.incident_id = i.id AND gorod_clock_state(c) = 'breached'))
FROM incident i JOIN classifier k ON k.classifier = 'incident_type' AND k.code = i.type
WHERE {report_desk} AND i.taken_at >= $5::date AND i.taken_at < $6::date + 1
GROUP BY k.code, k.ru, k.en, k.ord ORDER BY count(*) DESC, k.ord;

-- name: report_desk_by_month
-- plan: custom
SELECT to_char(m.first, 'MM.YYYY'), (SELECT count(*) FROM incident i WHERE i.taken_at >= m.first AND i.taken_at < m.first + interval '1 month'),
       (SELECT count(*) FROM outage o WHERE {report_off} AND o.kind = 'emergency' AND o.started_at >= m.first AND o.started_at < m.first + interval '1 month'),
       (SELECT count(*) FROM outage o WHERE {report_off} AND o.kind = 'planned' AND o.started_at >= m.first AND o.started_at < m.first + interval '1 month'),
       (SELECT round((avg(extract(epoch FROM o.ended_at - o.started_at)) / 3600)::numeric, 2) FROM outage o
        WHERE {report_off} AND o.ended_at IS NOT NULL AND o.started_at >= m.first AND o.started_at < m.first + interval '1 month')
FROM generate_series(date_trunc('month', $5::date::timestamptz), $6::date::timestamptz, interval '1 month') AS m(first) WHERE {report_desk} ORDER BY m.first;
