-- Allowed breaks (Rules 354, annex 1) and what exceeds them: for the card of an outage and for the charge of each house.

-- name: outage_allowed
-- ($1 outage) -> one JSON: what is allowed beside what was promised
SELECT {outage_allowed_json} FROM outage o WHERE o.id = $1::bigint;

-- fragment: outage_breaks_rows
-- ($1 first day of the month $2 resource $3 outage $4 house $5 only what exceeds) -> houses t(house_id, resource) with their breaks r
(SELECT DISTINCT oh.house_id, o.resource
 FROM outage o JOIN outage_house oh ON oh.outage_id = o.id
 WHERE tstzrange(o.started_at, o.ended_at) && tstzrange($1::date::timestamptz, ($1::date + interval '1 month')::timestamptz)
   AND o.status NOT IN ('cancelled', 'announced') AND o.kind IN ('emergency', 'planned')
   AND oh.off_at < ($1::date + interval '1 month')::timestamptz AND (oh.restored_at IS NULL OR oh.restored_at > $1::date::timestamptz)
   AND ($2::text IS NULL OR o.resource = $2) AND ($3::bigint IS NULL OR o.id = $3) AND ($4::bigint IS NULL OR oh.house_id = $4)) t
CROSS JOIN LATERAL gorod_breaks(t.house_id, t.resource, $1::date::timestamptz, ($1::date + interval '1 month')::timestamptz) r

-- fragment: outage_break_json
'id', h.id, 'address', {outage_address}, 'resource', t.resource, 'month', to_char($1::date, 'YYYY-MM'), 'flats', h.flats, 'off_s', r.off_s, 'longest_s', r.longest_s,
'at_once_hours', r.at_once_hours, 'month_hours', r.month_hours, 'special', r.special, 'exceeded_s', r.exceeded_s, 'exceeded_hours', r.exceeded_s / 3600,
'percent', round((r.exceeded_s / 3600) * coalesce((SELECT (k.data->>'excess_percent')::numeric FROM classifier k
                                                   WHERE k.classifier = 'outage_resource' AND k.code = t.resource), 0), 2)

-- name: outage_breaks
-- plan: custom
-- ... $6 after resource $7 after house $8 limit -> json, resource, house
SELECT json_build_object({outage_break_json}), t.resource, h.id
FROM {outage_breaks_rows} JOIN house h ON h.id = t.house_id
WHERE ($5::boolean IS NULL OR $5 = (r.exceeded_s > 0)) AND r.off_s > 0 AND ($6::text IS NULL OR (t.resource COLLATE "C", t.house_id) > ($6, $7::bigint))
ORDER BY t.resource COLLATE "C", t.house_id LIMIT $8::integer;

-- name: outage_breaks_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM {outage_breaks_rows} WHERE ($5::boolean IS NULL OR $5 = (r.exceeded_s > 0)) AND r.off_s > 0 LIMIT 1001) n;

-- name: outage_charge_note
-- ($1 first day of the month $2 resource $3 house $4 language) -> one JSON: the breaks of a house one by one, and the note in words
SELECT json_build_object({outage_break_json}, 'company_name', (SELECT c.name FROM company c WHERE c.id = h.company_id), 'intervals', coalesce(i.list, '[]'),
           'text', gorod_fill(gorod_said(n.data->>'text_ru', n.data->>'text_en', $4::text), jsonb_build_object(
               'resource', gorod_said(k.ru, k.en, $4), 'address', {outage_address}, 'month', to_char($1::date, 'MM.YYYY'), 'intervals', coalesce(i.words, '-'),
               'off', gorod_duration(r.off_s, $4), 'month_hours', coalesce(gorod_duration((3600 * r.month_hours)::bigint, $4), '-'),
               'at_once_hours', coalesce(gorod_duration((3600 * r.at_once_hours)::bigint, $4), '-'), 'exceeded', gorod_duration(r.exceeded_s, $4),
               'exceeded_hours', r.exceeded_s / 3600, 'percent', round((r.exceeded_s / 3600) * coalesce((k.data->>'excess_percent')::numeric, 0), 2),
               'excess_percent', coalesce(k.data->>'excess_percent', '0'))))
FROM (SELECT $3::bigint AS house_id, $2::text AS resource) t
CROSS JOIN LATERAL gorod_breaks(t.house_id, t.resource, $1::date::timestamptz, ($1::date + interval '1 month')::timestamptz) r
JOIN house h ON h.id = t.house_id LEFT JOIN classifier k ON k.classifier = 'outage_resource' AND k.code = t.resource
JOIN classifier n ON n.classifier = 'outage_text' AND n.code = 'charge'
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('outage', o.id, 'number', o.number, 'kind', o.kind, 'off', oh.off_at, 'restored', oh.restored_at, 'reason', left(o.reason, 300))
                    ORDER BY oh.off_at, o.id) AS list,
           string_agg(to_char(oh.off_at, 'DD.MM.YYYY HH24:MI') || ' - ' || coalesce(to_char(oh.restored_at, 'DD.MM.YYYY HH24:MI'), '...') || ', ' || o.number
                      || coalesce(', ' || nullif(left(o.reason, 200), ''), ''), chr(10) ORDER BY oh.off_at, o.id) AS words
    FROM outage_house oh JOIN outage o ON o.id = oh.outage_id
    WHERE oh.house_id = h.id AND o.resource = $2 AND o.status NOT IN ('cancelled', 'announced') AND o.kind IN ('emergency', 'planned')
      AND oh.off_at < ($1::date + interval '1 month')::timestamptz AND (oh.restored_at IS NULL OR oh.restored_at > $1::date::timestamptz)) i;

-- name: outage_notice
-- ($1 outage, $2 template or NULL: what fits its state, $3 language) -> one JSON: a text for people
SELECT json_build_object('id', o.id, 'number', o.number, 'template', n.code, 'title', gorod_said(n.ru, n.en, $3::text),
           'text', gorod_fill(gorod_said(n.data->>'text_ru', n.data->>'text_en', $3), jsonb_build_object(
               'number', o.number, 'resource', gorod_said(k.ru, k.en, $3), 'kind', gorod_said(q.ru, q.en, $3),
               'started', to_char(o.started_at, 'DD.MM.YYYY HH24:MI'), 'promised', coalesce(to_char(o.promised_at, 'DD.MM.YYYY HH24:MI'), none.word),
               'ended', coalesce(to_char(o.ended_at, 'DD.MM.YYYY HH24:MI'), none.word), 'reason', coalesce(nullif(o.reason, ''), none.word),
               'promise_reason', coalesce(nullif((SELECT p.reason FROM outage_promise p WHERE p.outage_id = o.id ORDER BY p.id DESC LIMIT 1), ''), none.word),
               'supplier', coalesce((SELECT c.name FROM company c WHERE c.id = o.supplier_id), none.word),
               'supplier_phone', coalesce(nullif((SELECT c.phone FROM company c WHERE c.id = o.supplier_id), ''), none.word),
               'houses', coalesce(w.houses, none.word), 'houses_count', coalesce(w.n, 0))))
FROM outage o
CROSS JOIN LATERAL (SELECT CASE WHEN $3 = 'en' THEN 'not known yet' ELSE 'уточняется' END AS word) none
JOIN classifier n ON n.classifier = 'outage_text' AND n.code <> 'charge'
     AND n.code = coalesce($2::text, CASE WHEN o.status IN ('restored', 'cancelled') THEN o.status
                                          WHEN (SELECT count(*) FROM outage_promise p WHERE p.outage_id = o.id) > 1 THEN 'extended'
                                          WHEN o.kind = 'planned' THEN 'planned' ELSE 'emergency' END)
LEFT JOIN classifier k ON k.classifier = 'outage_resource' AND k.code = o.resource LEFT JOIN classifier q ON q.classifier = 'outage_kind' AND q.code = o.kind
CROSS JOIN LATERAL (
    SELECT string_agg(s.street || ': ' || s.numbers, '; ' ORDER BY s.street) AS houses, sum(s.n) AS n
    FROM (SELECT concat_ws(', ', (SELECT x.name FROM settlement x WHERE x.id = h.settlement_id
                                  AND (h.street_id IS NULL OR EXISTS (SELECT 1 FROM settlement y WHERE y.id <> x.id))),
                           (SELECT concat_ws(' ', nullif(coalesce(sk.data->>'short', lower(sk.ru)), ''), st.name) FROM street st
                            LEFT JOIN classifier sk ON sk.classifier = 'street_kind' AND sk.code = st.kind WHERE st.id = h.street_id)) AS street,
                 string_agg(h.number, ', ' ORDER BY h.number_value, h.number_order COLLATE "C") AS numbers, count(*) AS n
          FROM house h WHERE h.id IN (SELECT oh.house_id FROM outage_house oh WHERE oh.outage_id = o.id AND (oh.restored_at IS NULL OR o.status IN ('restored', 'cancelled')))
          GROUP BY h.settlement_id, h.street_id) s) w
WHERE o.id = $1::bigint;
