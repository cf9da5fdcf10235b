-- Addresses: districts, settlements, streets, houses, companies, social objects; a line of houses found in the register.

-- ---- districts ----

-- name: district_list
-- plan: custom
-- (query, after name, after id, limit)
SELECT json_build_object('id', d.id, 'number', d.name, 'name', d.name, 'version', d.version,
                         'settlements', (SELECT count(*) FROM settlement t WHERE t.district_id = d.id)), d.name, d.id
FROM district d
WHERE ($1::text IS NULL OR gorod_fold(d.name) LIKE '%' || gorod_like($1) || '%')
  AND ($2::text IS NULL OR (d.name COLLATE "ru-x-icu", d.id) > ($2 COLLATE "ru-x-icu", $3::bigint))
ORDER BY d.name COLLATE "ru-x-icu", d.id LIMIT $4::integer;

-- name: district_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM district d WHERE ($1::text IS NULL OR gorod_fold(d.name) LIKE '%' || gorod_like($1) || '%') LIMIT 10001) n;

-- name: district_by_name
SELECT id FROM district WHERE gorod_fold(name) = gorod_fold($1::text);

-- name: district_add
INSERT INTO district (name) VALUES ($1::text) RETURNING id;

-- name: district_facts
SELECT json_build_object('id', id, 'version', version, 'name', name), version FROM district WHERE id = $1::bigint FOR UPDATE;

-- name: district_set
UPDATE district SET name = coalesce($2::text, name), version = version + 1 WHERE id = $1::bigint RETURNING version;

-- ---- settlements ----

-- name: settlement_list
-- plan: custom
-- (query, district, after name, after id, limit)
SELECT json_build_object('id', t.id, 'number', gorod_place('settlement_kind', t.kind, t.name), 'name', t.name, 'kind', t.kind,
                         'text', gorod_place('settlement_kind', t.kind, t.name), 'district', t.district_id, 'district_name', d.name,
                         'residents_per_flat', t.residents_per_flat, 'streets', (SELECT count(*) FROM street s WHERE s.settlement_id = t.id),
                         'version', t.version), t.name, t.id
FROM settlement t LEFT JOIN district d ON d.id = t.district_id
WHERE ($1::text IS NULL OR gorod_fold(t.name) LIKE '%' || gorod_like($1) || '%') AND ($2::bigint IS NULL OR t.district_id = $2)
  AND ($3::text IS NULL OR (t.name COLLATE "ru-x-icu", t.id) > ($3 COLLATE "ru-x-icu", $4::bigint))
ORDER BY t.name COLLATE "ru-x-icu", t.id LIMIT $5::integer;

-- name: settlement_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM settlement t
    WHERE ($1::text IS NULL OR gorod_fold(t.name) LIKE '%' || gorod_like($1) || '%') AND ($2::bigint IS NULL OR t.district_id = $2) LIMIT 10001) n;

-- name: settlement_by_name
-- (name, kind or NULL, district or NULL) -> id, text; the likeliest first: of the kind, of the district
SELECT t.id, concat_ws(', ', gorod_place('settlement_kind', t.kind, t.name), d.name)
FROM settlement t LEFT JOIN district d ON d.id = t.district_id
WHERE gorod_fold(t.name) = gorod_fold($1::text) AND ($2::text IS NULL OR t.kind = $2) AND ($3::bigint IS NULL OR t.district_id = $3)
ORDER BY t.id LIMIT 9;

-- name: settlement_only
-- () -> the settlement of a municipality that has one
SELECT min(id) FROM (SELECT id FROM settlement LIMIT 2) t HAVING count(*) = 1;

-- name: settlement_add
INSERT INTO settlement (district_id, kind, name, residents_per_flat)
VALUES ($1::bigint, coalesce($2::text, 'city'), $3::text, coalesce($4::numeric, 2.3)) RETURNING id;

-- name: settlement_facts
SELECT json_build_object('id', id, 'version', version, 'district', district_id, 'kind', kind, 'name', name,
                         'residents_per_flat', trim_scale(residents_per_flat)::text), version FROM settlement WHERE id = $1::bigint FOR UPDATE;

-- name: settlement_set
UPDATE settlement SET district_id = coalesce($2::bigint, district_id), kind = coalesce($3::text, kind), name = coalesce($4::text, name),
                      residents_per_flat = coalesce($5::numeric, residents_per_flat), version = version + 1
WHERE id = $1::bigint RETURNING version;

-- ---- streets ----

-- fragment: street_item
json_build_object('id', s.id, 'number', gorod_place('street_kind', s.kind, s.name), 'name', s.name, 'kind', s.kind, 'key', s.key,
                  'text', gorod_place('street_kind', s.kind, s.name), 'settlement', s.settlement_id,
                  'settlement_name', gorod_place('settlement_kind', t.kind, t.name),
                  'houses', (SELECT count(*) FROM house h WHERE h.street_id = s.id), 'version', s.version)

-- name: street_list
-- plan: custom
-- (settlement, district, after key, after id, limit)
SELECT {street_item}, s.key, s.id
FROM street s JOIN settlement t ON t.id = s.settlement_id
WHERE ($1::bigint IS NULL OR s.settlement_id = $1) AND ($2::bigint IS NULL OR t.district_id = $2)
  AND ($3::text IS NULL OR (s.key, s.id) > ($3, $4::bigint))
ORDER BY s.key, s.id LIMIT $5::integer;

-- name: street_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM street s JOIN settlement t ON t.id = s.settlement_id
    WHERE ($1::bigint IS NULL OR s.settlement_id = $1) AND ($2::bigint IS NULL OR t.district_id = $2) LIMIT 10001) n;

-- name: street_search
-- plan: custom
-- (key of what was typed, its longest word, kind or NULL, settlement, district, limit): whole key first, then all words, then the likest
SELECT {street_item}, s.key, s.id
FROM street s JOIN settlement t ON t.id = s.settlement_id
WHERE (s.key % $1::text OR $1 <% s.key OR s.key LIKE '%' || gorod_like($2::text) || '%')
  AND ($4::bigint IS NULL OR s.settlement_id = $4) AND ($5::bigint IS NULL OR t.district_id = $5)
ORDER BY s.key = $1 DESC, $3::text IS NOT NULL AND s.kind = $3 DESC,
         s.key LIKE ALL (SELECT '%' || gorod_like(w) || '%' FROM regexp_split_to_table($1, ' ') w) DESC,
         greatest(similarity(s.key, $1), word_similarity($1, s.key)) DESC, s.key, s.id LIMIT $6::integer;

-- name: street_by_key
-- plan: custom
-- (settlement or NULL, key) -> id, kind, text, settlement: who bears the name
SELECT s.id, s.kind, concat_ws(', ', CASE WHEN $1::bigint IS NULL THEN gorod_place('settlement_kind', t.kind, t.name) END,
                               gorod_place('street_kind', s.kind, s.name)), s.settlement_id
FROM street s JOIN settlement t ON t.id = s.settlement_id WHERE ($1 IS NULL OR s.settlement_id = $1) AND s.key = $2::text ORDER BY s.id LIMIT 9;

-- name: street_get
SELECT {street_item} FROM street s JOIN settlement t ON t.id = s.settlement_id WHERE s.id = $1::bigint;

-- name: street_settlement
SELECT settlement_id FROM street WHERE id = $1::bigint;

-- name: street_add
INSERT INTO street (settlement_id, kind, name, key) VALUES ($1::bigint, $2::text, $3::text, $4::text) RETURNING id;

-- name: street_facts
SELECT json_build_object('id', id, 'version', version, 'kind', kind, 'name', name), version FROM street WHERE id = $1::bigint FOR UPDATE;

-- name: street_set
UPDATE street SET kind = coalesce($2::text, kind), name = coalesce($3::text, name), key = coalesce($4::text, key), version = version + 1
WHERE id = $1::bigint RETURNING version;

-- ---- companies ----

-- fragment: company_item
json_build_object('id', k.id, 'number', k.name, 'name', k.name, 'phone', k.phone, 'email', k.email,
                  'houses', (SELECT count(*) FROM house h WHERE h.company_id = k.id), 'version', k.version)

-- name: company_list
-- plan: custom
-- (after key, after id, limit)
SELECT {company_item}, k.key, k.id FROM company k WHERE ($1::text IS NULL OR (k.key, k.id) > ($1, $2::bigint)) ORDER BY k.key, k.id LIMIT $3::integer;

-- name: company_count
SELECT count(*) FROM (SELECT 1 FROM company LIMIT 10001) n;

-- name: company_search
-- plan: custom
-- (key of what was typed, limit): whole, then part, then the likest
SELECT {company_item}, k.key, k.id FROM company k
WHERE k.key LIKE '%' || gorod_like($1::text) || '%' OR $1 <% k.key OR k.key % $1
ORDER BY k.key = $1 DESC, k.key LIKE '%' || gorod_like($1) || '%' DESC, greatest(word_similarity($1, k.key), similarity(k.key, $1)) DESC, k.key, k.id
LIMIT $2::integer;

-- name: company_get
SELECT {company_item} FROM company k WHERE k.id = $1::bigint;

-- name: company_by_key
SELECT id FROM company WHERE key = $1::text;

-- name: company_add
INSERT INTO company (name, key, phone, email) VALUES ($1::text, $2::text, coalesce($3::text, ''), coalesce($4::text, '')) RETURNING id;

-- name: company_facts
SELECT json_build_object('id', id, 'version', version, 'name', name, 'phone', phone, 'email', email), version FROM company WHERE id = $1::bigint FOR UPDATE;

-- name: company_set
UPDATE company SET name = coalesce($2::text, name), key = coalesce($3::text, key), phone = coalesce($4::text, phone), email = coalesce($5::text, email),
                   version = version + 1
WHERE id = $1::bigint RETURNING version;

-- ---- houses ----

-- fragment: house_members
'id', h.id, 'number', h.number, 'address', concat_ws(', ', gorod_place('settlement_kind', t.kind, t.name), gorod_place('street_kind', s.kind, s.name), h.number),
'street', h.street_id, 'street_name', gorod_place('street_kind', s.kind, s.name),
'settlement', h.settlement_id, 'settlement_name', gorod_place('settlement_kind', t.kind, t.name),
'district', coalesce(h.district_id, t.district_id), 'district_name', d.name,
'entrances', h.entrances, 'floors', h.floors, 'flats', h.flats,
'residents', gorod_residents(h.residents, h.flats, t.residents_per_flat), 'residents_estimated', h.residents IS NULL AND h.flats IS NOT NULL,
'company', h.company_id, 'company_name', k.name, 'version', h.version

-- fragment: house_tables
house h JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id
        LEFT JOIN district d ON d.id = coalesce(h.district_id, t.district_id) LEFT JOIN company k ON k.id = h.company_id

-- fragment: house_filter
($1::bigint IS NULL OR h.settlement_id = $1) AND ($2::bigint IS NULL OR h.street_id = $2) AND ($3::bigint IS NULL OR h.company_id = $3)
  AND ($4::bigint IS NULL OR coalesce(h.district_id, t.district_id) = $4)
  AND ($5::bigint[] IS NULL OR h.street_id = ANY ($5)) AND ($6::text IS NULL OR gorod_fold(h.number) LIKE gorod_like($6) || '%')

-- name: house_list
-- plan: custom
-- (settlement, street, company, district, streets, number, after id, limit) by street, each street in the natural order of its houses
SELECT json_build_object({house_members},
                         'social_objects', (SELECT count(*) FROM social_object o WHERE o.house_id = h.id AND o.disabled_at IS NULL)), h.id
FROM (SELECT h.* FROM house h JOIN settlement t ON t.id = h.settlement_id LEFT JOIN house a ON a.id = $7::bigint
      WHERE {house_filter}
        AND ($7 IS NULL OR CASE WHEN a.street_id IS NULL
            THEN h.street_id IS NULL AND (h.number_value, h.number_order COLLATE "C", h.id) > (a.number_value, a.number_order COLLATE "C", a.id)
            ELSE h.street_id IS NULL OR (h.street_id, h.number_value, h.number_order COLLATE "C", h.id)
                                        > (a.street_id, a.number_value, a.number_order COLLATE "C", a.id) END)
      ORDER BY h.street_id, h.number_value, h.number_order COLLATE "C", h.id LIMIT $8::integer) h
     JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id
     LEFT JOIN district d ON d.id = coalesce(h.district_id, t.district_id) LEFT JOIN company k ON k.id = h.company_id
ORDER BY h.street_id, h.number_value, h.number_order COLLATE "C", h.id;

-- name: house_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM house h JOIN settlement t ON t.id = h.settlement_id WHERE {house_filter} LIMIT 10001) n;

-- name: house_get
-- (language, whether the reader may see names of residents, id)
SELECT json_build_object({house_members}, 'without', h.without, 'two_sources', h.two_sources, 'lat', h.lat, 'lon', h.lon, 'note', h.note,
           'residents_registered', h.residents, 'external_id', h.external_id,
           'social_objects', coalesce((SELECT json_agg(json_build_object({social_members}) ORDER BY (c.data->>'priority')::integer, o.id)
                                       FROM {social_tables} WHERE o.house_id = h.id AND o.disabled_at IS NULL), '[]'),
           'outages', coalesce((SELECT json_agg(o.item ORDER BY o.off_at DESC, o.id DESC) FROM (
                         SELECT o.id, oh.off_at, json_build_object('id', o.id, 'number', o.number, 'kind', o.kind, 'resource', o.resource, 'status', o.status,
                                    'off_at', oh.off_at, 'restored_at', oh.restored_at, 'promised', o.promised_at) AS item
                         FROM outage_house oh JOIN outage o ON o.id = oh.outage_id WHERE oh.house_id = h.id
                         ORDER BY oh.off_at DESC, o.id DESC LIMIT 50) o), '[]'),
           'history', {history_of_house})
FROM {house_tables} WHERE h.id = $3::bigint;

-- fragment: history_of_house
coalesce((SELECT json_agg(json_build_object('at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action, 'changes', e.changes) ORDER BY e.id)
          FROM event e LEFT JOIN app_user u ON u.id = e.actor_id WHERE e.record = 'house' AND e.record_id = h.id), '[]')

-- name: house_by_number
-- (settlement, street or NULL, canonical number) -> id
SELECT id FROM house WHERE settlement_id = $1::bigint AND street_id = $2::bigint AND number = $3::text
UNION ALL
SELECT id FROM house WHERE $2 IS NULL AND settlement_id = $1 AND street_id IS NULL AND number = $3;

-- name: house_by_external
SELECT id, number, version, true FROM house WHERE external_id = $1::text AND $2::text IS NOT NULL;

-- name: house_add
-- (settlement, district, street, number, value, order, entrances, floors, flats, residents, company, without, two_sources, lat, lon, note, external_id)
INSERT INTO house (settlement_id, district_id, street_id, number, number_value, number_order, entrances, floors, flats, residents, company_id, without,
                   two_sources, lat, lon, note, external_id)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::integer, $6::text, $7::integer, $8::integer, $9::integer, $10::integer, $11::bigint,
        coalesce($12::text[], '{}'), coalesce($13::boolean, false), $14::float8, $15::float8, coalesce($16::text, ''), $17::text)
ON CONFLICT (settlement_id, street_id, number) DO NOTHING RETURNING id;

-- name: house_facts
SELECT json_build_object('id', id, 'version', version, 'district', district_id, 'street', street_id, 'number', number, 'entrances', entrances, 'floors', floors, 'flats', flats,
                         'residents', residents, 'company', company_id, 'without', without, 'two_sources', two_sources, 'note', note), version
FROM house WHERE id = $1::bigint FOR UPDATE;

-- name: house_set
UPDATE house SET district_id = coalesce($2::bigint, district_id), street_id = coalesce($3::bigint, street_id), number = coalesce($4::text, number),
       number_value = coalesce($5::integer, number_value), number_order = coalesce($6::text, number_order), entrances = coalesce($7::integer, entrances),
       floors = coalesce($8::integer, floors), flats = coalesce($9::integer, flats), residents = coalesce($10::integer, residents),
       company_id = coalesce($11::bigint, company_id), without = coalesce($12::text[], without), two_sources = coalesce($13::boolean, two_sources),
       lat = coalesce($14::float8, lat), lon = coalesce($15::float8, lon), note = coalesce($16::text, note), version = version + 1
WHERE id = $1::bigint RETURNING version;

-- ---- social objects ----

-- fragment: social_members
'id', o.id, 'number', o.id::text, 'kind', o.kind, 'kind_label', gorod_said(c.ru, c.en, $1::text), 'priority', (c.data->>'priority')::integer,
'name', CASE WHEN $2::boolean OR c.data->>'personal_data' IS NULL THEN o.name ELSE gorod_said(c.ru, c.en, $1) END,
'house', o.house_id, 'address', gorod_address(o.house_id),
'contact_duty_phone', CASE WHEN $2 OR c.data->>'personal_data' IS NULL THEN o.contact_duty_phone ELSE '' END,
'round_the_clock', o.round_the_clock, 'places', o.places, 'children', o.children, 'disabled', o.disabled_at IS NOT NULL, 'version', o.version

-- fragment: social_tables
social_object o LEFT JOIN classifier c ON c.classifier = 'social_object_kind' AND c.code = o.kind

-- fragment: social_found
(gorod_fold(o.name) LIKE '%' || gorod_like($3) || '%' AND ($2::boolean OR c.data->>'personal_data' IS NULL))

-- name: social_object_list
-- plan: custom
-- (language, whether the reader may see names of residents, query, kind, house, after id, limit)
SELECT json_build_object({social_members}), o.id
FROM {social_tables}
WHERE ($3::text IS NULL OR {social_found}) AND ($4::text IS NULL OR o.kind = $4)
  AND ($5::bigint IS NULL OR o.house_id = $5) AND o.disabled_at IS NULL AND ($6::bigint IS NULL OR o.id > $6)
ORDER BY o.id LIMIT $7::integer;

-- name: social_object_count
-- plan: custom
-- (language, names, query, kind, house)
SELECT count(*) FROM (SELECT 1 FROM {social_tables}
    WHERE $1::text IS NOT NULL AND ($3::text IS NULL OR {social_found}) AND ($4::text IS NULL OR o.kind = $4)
      AND ($5::bigint IS NULL OR o.house_id = $5) AND o.disabled_at IS NULL LIMIT 10001) n;

-- name: social_object_get
-- (language, names, id)
SELECT json_build_object({social_members}, 'backup_power_kw', o.backup_power_kw, 'backup_fuel_hours', o.backup_fuel_hours,
                         'water_reserve_m3', o.water_reserve_m3, 'own_boiler', o.own_boiler, 'reliability_category', o.reliability_category,
                         'note', CASE WHEN $2 OR c.data->>'personal_data' IS NULL THEN o.note ELSE '' END, 'external_id', o.external_id)
FROM {social_tables} WHERE o.id = $3::bigint;

-- name: social_object_by_external
SELECT id, id::text, version, true FROM social_object WHERE external_id = $1::text AND $2::text IS NOT NULL;

-- name: social_object_known
-- (house, kind, name) -> id: the same object again
SELECT id FROM social_object WHERE house_id = $1::bigint AND kind = $2::text AND gorod_fold(name) = gorod_fold($3::text) ORDER BY id LIMIT 1;

-- name: social_object_add
INSERT INTO social_object (kind, name, house_id, contact_duty_phone, places, children, round_the_clock, backup_power_kw, backup_fuel_hours,
                           water_reserve_m3, own_boiler, reliability_category, note, external_id)
VALUES ($1::text, $2::text, $3::bigint, coalesce($4::text, ''), $5::integer, $6::integer, coalesce($7::boolean, false), $8::integer, $9::integer,
        $10::integer, coalesce($11::boolean, false), $12::smallint, coalesce($13::text, ''), $14::text) RETURNING id;

-- name: social_object_facts
SELECT json_build_object('id', id, 'version', version, 'kind', kind, 'name', name, 'house', house_id, 'contact_duty_phone', contact_duty_phone, 'places', places, 'children', children,
                         'round_the_clock', round_the_clock, 'backup_power_kw', backup_power_kw, 'backup_fuel_hours', backup_fuel_hours,
                         'water_reserve_m3', water_reserve_m3, 'own_boiler', own_boiler, 'reliability_category', reliability_category, 'note', note,
                         'disabled', disabled_at IS NOT NULL), version
FROM social_object WHERE id = $1::bigint FOR UPDATE;

-- name: social_object_set
UPDATE social_object SET kind = coalesce($2::text, kind), name = coalesce($3::text, name), house_id = coalesce($4::bigint, house_id),
       contact_duty_phone = coalesce($5::text, contact_duty_phone), places = coalesce($6::integer, places), children = coalesce($7::integer, children),
       round_the_clock = coalesce($8::boolean, round_the_clock), backup_power_kw = coalesce($9::integer, backup_power_kw),
       backup_fuel_hours = coalesce($10::integer, backup_fuel_hours), water_reserve_m3 = coalesce($11::integer, water_reserve_m3),
       own_boiler = coalesce($12::boolean, own_boiler), reliability_category = coalesce($13::smallint, reliability_category),
       note = coalesce($14::text, note), disabled_at = CASE WHEN $15::boolean IS NULL THEN disabled_at WHEN $15 THEN coalesce(disabled_at, now()) END,
       version = version + 1
WHERE id = $1::bigint RETURNING version;

-- ---- a line of houses ----

-- name: streets_by_keys
-- (ords, keys, settlements or NULL each) -> ord, id, kind, text, settlement's text, key, settlement: at most nine of each
SELECT a.ord, s.id, s.kind, s.text, s.settlement, s.key, s.settlement_id
FROM unnest($1::integer[], $2::text[], $3::bigint[]) AS a(ord, key, settlement_id)
     CROSS JOIN LATERAL (SELECT s.id, s.kind, gorod_place('street_kind', s.kind, s.name) AS text,
                                gorod_place('settlement_kind', t.kind, t.name) AS settlement, s.key, s.settlement_id
                         FROM street s JOIN settlement t ON t.id = s.settlement_id
                         WHERE s.key = a.key AND (a.settlement_id IS NULL OR s.settlement_id = a.settlement_id) ORDER BY s.id LIMIT 9) s
ORDER BY a.ord, s.id;

-- name: streets_like
-- the same for streets that look alike, the likest first
SELECT a.ord, s.id, s.kind, s.text, s.settlement, s.key, s.settlement_id
FROM unnest($1::integer[], $2::text[], $3::bigint[]) AS a(ord, key, settlement_id)
     CROSS JOIN LATERAL (SELECT s.id, s.kind, gorod_place('street_kind', s.kind, s.name) AS text,
                                gorod_place('settlement_kind', t.kind, t.name) AS settlement, s.key, s.settlement_id,
                                greatest(similarity(s.key, a.key), word_similarity(a.key, s.key)) AS likeness
                         FROM street s JOIN settlement t ON t.id = s.settlement_id
                         WHERE (s.key % a.key OR a.key <% s.key) AND (a.settlement_id IS NULL OR s.settlement_id = a.settlement_id)
                         ORDER BY likeness DESC, s.id LIMIT 9) s
ORDER BY a.ord, s.likeness DESC, s.id;

-- name: company_like
-- plan: custom
-- (core of a name) -> 1, id, key, name: those that hold it, or look alike
SELECT 1, k.id, k.key, k.name FROM company k WHERE k.key LIKE '%' || gorod_like($1::text) || '%' OR $1 <% k.key
ORDER BY k.key LIKE '%' || gorod_like($1) || '%' DESC, word_similarity($1, k.key) DESC, k.id LIMIT 9;

-- fragment: within_ends
-- the ends and the side of piece p hold house h
h.number_value BETWEEN p.low AND p.high AND (p.side = 0 OR h.number_value % 2 = p.side % 2)
  AND (p.low_order = '' OR h.number_value > p.low OR h.number_order COLLATE "C" >= p.low_order)
  AND (p.high_order = '' OR h.number_value < p.high OR h.number_order COLLATE "C" <= p.high_order)

-- name: house_resolve
-- (ords, kinds, streets, settlements, companies, numbers, lows, low orders, highs, high orders, sides, taken out, limit)
-- kinds: 0 house, 1 with all its corpora, 2 range or whole street, 3 all of a company. Sides: 0 both, 1 odd, 2 even.
-- -> house as JSON, ords of the pieces that hold it, flats, residents, whether these are an estimate, id; in the order of the line, houses of a piece naturally
WITH piece AS MATERIALIZED (
    SELECT * FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::integer[], $8::text[], $9::integer[],
                         $10::text[], $11::integer[], $12::boolean[])
        AS p(ord, kind, street_id, settlement_id, company_id, number, low, low_order, high, high_order, side, out)
), hit AS MATERIALIZED (
    SELECT p.ord, p.out, h.id FROM piece p JOIN house h ON h.street_id = p.street_id AND h.number_value = p.low AND h.number = p.number
    WHERE p.kind = 0 AND p.street_id IS NOT NULL
    UNION ALL
    SELECT p.ord, p.out, h.id FROM piece p JOIN house h ON h.settlement_id = p.settlement_id AND h.street_id IS NULL AND h.number = p.number
    WHERE p.kind = 0 AND p.street_id IS NULL
    UNION ALL
    SELECT p.ord, p.out, h.id FROM piece p JOIN house h ON h.street_id = p.street_id AND h.number_value = p.low
        AND (h.number = p.number OR h.number LIKE p.number || ' %')
    WHERE p.kind = 1 AND p.street_id IS NOT NULL
    UNION ALL
    SELECT p.ord, p.out, h.id FROM piece p JOIN house h ON h.street_id = p.street_id AND {within_ends} WHERE p.kind = 2 AND p.street_id IS NOT NULL
    UNION ALL
    SELECT p.ord, p.out, h.id FROM piece p JOIN house h ON h.settlement_id = p.settlement_id AND h.street_id IS NULL
        AND (p.kind = 2 AND {within_ends} OR p.kind = 1 AND (h.number = p.number OR h.number LIKE p.number || ' %'))
    WHERE p.kind IN (1, 2) AND p.street_id IS NULL
    UNION ALL
    SELECT p.ord, p.out, h.id FROM piece p JOIN house h ON h.company_id = p.company_id AND (p.street_id IS NULL OR h.street_id = p.street_id)
    WHERE p.kind = 3
), kept AS (
    SELECT id, min(ord) AS first, string_agg(ord::text, ' ' ORDER BY ord) AS ords FROM hit WHERE NOT out AND id NOT IN (SELECT id FROM hit WHERE out)
    GROUP BY id LIMIT $13::integer
), found AS MATERIALIZED (
    SELECT h.*, kept.first, kept.ords FROM kept JOIN house h USING (id)
), place AS MATERIALIZED ( -- a street is written out once, however many houses it has here
    SELECT d.settlement_id, d.street_id, t.residents_per_flat,
           concat_ws(', ', gorod_place('settlement_kind', t.kind, t.name), gorod_place('street_kind', s.kind, s.name)) AS text
    FROM (SELECT DISTINCT settlement_id, street_id FROM found) d JOIN settlement t ON t.id = d.settlement_id LEFT JOIN street s ON s.id = d.street_id
)
SELECT json_build_object('id', h.id, 'number', h.number, 'street', h.street_id, 'settlement', h.settlement_id,
                         'address', p.text || ', ' || h.number,
                         'flats', h.flats, 'residents', gorod_residents(h.residents, h.flats, p.residents_per_flat),
                         'residents_estimated', h.residents IS NULL AND h.flats IS NOT NULL),
       h.ords, h.flats, gorod_residents(h.residents, h.flats, p.residents_per_flat), h.residents IS NULL AND h.flats IS NOT NULL, h.id
FROM found h JOIN place p ON p.settlement_id = h.settlement_id AND p.street_id IS NOT DISTINCT FROM h.street_id
ORDER BY h.first, h.street_id, h.number_value, h.number_order COLLATE "C", h.id;

-- name: house_corpora
-- (street, value, number) -> the numbers that the register has beside this one, in one text
SELECT string_agg(number, ', ' ORDER BY number_order COLLATE "C") FROM (
    SELECT number, number_order FROM house WHERE street_id = $1::bigint AND number_value = $2::integer AND number LIKE $3::text || ' %'
    ORDER BY number_order COLLATE "C" LIMIT 9) h;

-- name: social_objects_of
-- (language, names, houses) -> JSON of the objects in these houses, the most urgent first
SELECT coalesce(json_agg(json_build_object({social_members}) ORDER BY (c.data->>'priority')::integer, o.id), '[]'), count(*)
FROM {social_tables} WHERE o.house_id = ANY ($3::bigint[]) AND o.disabled_at IS NULL;
