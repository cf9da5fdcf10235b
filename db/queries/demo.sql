-- Demonstration data: bulk loading of a whole invented municipality, and what is counted from it afterwards.

-- name: demo_is_fresh
-- () -> appeals, correspondents, units, users beside the system's: all 0 in a new installation
SELECT (SELECT count(*) FROM appeal), (SELECT count(*) FROM correspondent), (SELECT count(*) FROM org_unit), (SELECT count(*) FROM app_user WHERE id <> 1);

-- name: demo_event_first
-- () -> the id that the next event gets
SELECT coalesce(max(id), 0) + 1 FROM event;

-- name: demo_lock
-- () one at a time. Tables stay open: whoever registers meanwhile meets the same numbers, and one of the two is refused whole
SELECT pg_advisory_xact_lock(4706183);

-- name: demo_references_later
-- () where the role may, references are not looked up row by row during this transaction: demo_references_check does it for all at once
SELECT CASE WHEN rolsuper THEN set_config('session_replication_role', 'replica', true) END FROM pg_roles WHERE rolname = current_user;

-- name: demo_references_check
-- () every foreign key of the schema, whichever there are; fails when one points to nothing
DO $$
DECLARE
    f record;
    bad bigint;
BEGIN
    FOR f IN SELECT c.conname, c.conrelid::regclass AS child, a.attname AS pointer, c.confrelid::regclass AS parent, b.attname AS key
             FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
             WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace LOOP
        EXECUTE format('SELECT count(*) FROM %s x WHERE x.%I IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %s y WHERE y.%I = x.%I)',
                       f.child, f.pointer, f.parent, f.key, f.pointer) INTO bad;
        IF bad > 0 THEN
            RAISE foreign_key_violation USING MESSAGE = format('%s: %s rows', f.conname, bad);
        END IF;
    END LOOP;
END $$;

-- name: demo_lexemes
-- (a piece of text without blanks) -> its search vector, and the position that the next word would have; the register learns its words
WITH written AS (SELECT to_tsvector('russian', $1::text) AS search), learnt AS ({learn_words})
SELECT to_tsvector('russian', $1::text)::text, coalesce((regexp_match(to_tsvector('russian', $1 || ' zzqzz')::text, '''zzqzz'':(\d+)'))[1]::integer, 1);

-- name: demo_words
-- () the dictionary learns the words of all names
WITH word AS (SELECT DISTINCT unnest(gorod_words(name)) AS word FROM correspondent)
INSERT INTO name_word (word) SELECT word FROM word ORDER BY word ON CONFLICT DO NOTHING;

-- name: demo_correspondent_words
INSERT INTO correspondent_word (word_id, correspondent_id)
SELECT DISTINCT n.id, c.id FROM correspondent c CROSS JOIN LATERAL unnest(gorod_words(c.name)) AS w(word) JOIN name_word n ON n.word = w.word
ORDER BY 1, 2;

-- name: demo_board
SELECT gorod_board_rebuild();

-- name: demo_prechecks
-- The controller has looked at most reports before the author did.
UPDATE assignment_report r SET precheck = 'pass', precheck_by = s.controller_id, precheck_at = r.at + interval '1 hour'
FROM assignment s WHERE s.id = r.assignment_id AND s.controller_id IS NOT NULL AND (r.verdict IS NOT NULL OR r.id % 3 > 0);

-- name: demo_parts
-- A part serves the appeals that its whole serves.
WITH linked AS (
    INSERT INTO assignment_appeal (assignment_id, appeal_id)
    SELECT s.id, x.appeal_id FROM assignment s JOIN assignment_appeal x ON x.assignment_id = s.parent_id RETURNING assignment_id, appeal_id)
UPDATE appeal a SET open_assignments = a.open_assignments + n.open
FROM (SELECT l.appeal_id, count(*) AS open FROM linked l JOIN assignment s ON s.id = l.assignment_id WHERE s.closed_on IS NULL GROUP BY 1) n WHERE a.id = n.appeal_id;

-- name: demo_counters
-- () the next registration continues without a gap
INSERT INTO counter (series, year, value)
SELECT kind, year, max(serial) FROM appeal GROUP BY kind, year UNION ALL SELECT 'assignment', year, max(serial) FROM assignment GROUP BY year
ON CONFLICT (series, year) DO UPDATE SET value = greatest(counter.value, excluded.value);

-- name: demo_sequences
SELECT setval(pg_get_serial_sequence(t, 'id'), m) FROM (
    SELECT 'org_unit' AS t, max(id) AS m FROM org_unit UNION ALL SELECT 'app_user', max(id) FROM app_user
    UNION ALL SELECT 'correspondent', max(id) FROM correspondent UNION ALL SELECT 'appeal', max(id) FROM appeal
    UNION ALL SELECT 'assignment', max(id) FROM assignment UNION ALL SELECT 'comment', max(id) FROM comment
    UNION ALL SELECT 'event', max(id) FROM event) s WHERE m IS NOT NULL;

-- name: demo_analyze
ANALYZE;

-- name: demo_copy_unit
-- copy: yes
COPY org_unit (id, code, parent_id, kind, name, name_en, external) FROM STDIN;

-- name: demo_copy_user
-- copy: yes
COPY app_user (id, login, name, email, phone, position, unit_id) FROM STDIN;

-- name: demo_copy_user_role
-- copy: yes
COPY user_role (user_id, role) FROM STDIN;

-- name: demo_copy_user_curates
-- copy: yes
COPY user_curates (user_id, unit_id) FROM STDIN;

-- name: demo_copy_user_key
-- copy: yes
COPY user_key (user_id, algorithm, blob, fingerprint, comment) FROM STDIN;

-- name: demo_copy_correspondent
-- copy: yes
COPY correspondent (id, kind, name, address, social_status, privilege, contact_person, created_at) FROM STDIN;

-- name: demo_copy_contact
-- copy: yes
COPY contact (correspondent_id, kind, value, folded) FROM STDIN;

-- name: demo_copy_appeal
-- copy: yes
COPY appeal (id, number, kind, year, serial, status, channel, nature, frequency, received, registered, registered_at, due, due_nominal, due_rule,
             extended_days, closed_on, correspondent_id, anonymous, collective, members_count, addressee, subject, text, address, topic, unit_id,
             registrar_id, considering_id, forwarded_by, cover_number, cover_date, answer, open_assignments, version, search) FROM STDIN;

-- name: demo_copy_appeal_author
-- copy: yes
COPY appeal_author (appeal_id, correspondent_id, ord) FROM STDIN;

-- name: demo_copy_appeal_question
-- copy: yes
COPY appeal_question (appeal_id, ord, topic, nature, result, result_date, follow_up, forward_to) FROM STDIN;

-- name: demo_copy_appeal_link
-- copy: yes
COPY appeal_link (from_id, to_id, kind, at) FROM STDIN;

-- name: demo_copy_assignment
-- copy: yes
COPY assignment (id, number, year, serial, status, source, title, text, urgency, author_id, on_behalf_of_id, controller_id, responsible_id, unit_id,
                 due, due_nominal, due_rule, created_at, issued_at, seen_at, reported_at, accepted_at, closed_on, returned_times, quality, version,
                 parent_id, search) FROM STDIN;

-- name: demo_copy_assignment_appeal
-- copy: yes
COPY assignment_appeal (assignment_id, appeal_id) FROM STDIN;

-- name: demo_copy_assignment_party
-- copy: yes
COPY assignment_party (assignment_id, user_id, role, due, since, part_state, part_text, part_at) FROM STDIN;

-- name: demo_copy_assignment_report
-- copy: yes
COPY assignment_report (assignment_id, author_id, at, text, verdict, verdict_by, verdict_at, verdict_comment) FROM STDIN;

-- name: demo_copy_extension
-- copy: yes
COPY extension_request (assignment_id, status, asked_by, asked_at, reason, due_before, new_due, decided_by, decided_at, granted_due, comment) FROM STDIN;

-- name: demo_copy_substitution
-- copy: yes
COPY substitution (absent_id, substitute_id, from_date, to_date, reason, made_by, made_at) FROM STDIN;

-- name: demo_copy_comment
-- copy: yes
COPY comment (id, record, record_id, author_id, at, text) FROM STDIN;

-- name: demo_copy_comment_read
-- copy: yes
COPY comment_read (user_id, record, record_id, comment_id) FROM STDIN;

-- name: demo_copy_event
-- copy: yes
COPY event (id, at, actor_id, record, record_id, action, version, from_state, to_state, comment, changes) FROM STDIN;

-- name: demo_streets
-- (names, kinds, keys of streets): an invented town in three districts with its villages, and the companies that run houses
WITH d AS (
    INSERT INTO district (name) VALUES ('Правобережный район'), ('Левобережный район'), ('Заводской район') RETURNING id, name
), t AS (
    INSERT INTO settlement (kind, name, district_id)
    SELECT v.kind, v.name, d.id FROM (VALUES ('city', 'Новореченск', NULL), ('village', 'Никольское', 'Левобережный район'), ('hamlet', 'Столбищи', 'Левобережный район'),
                                             ('town', 'Фоминское', 'Правобережный район'), ('hamlet', 'Борисово', 'Правобережный район')) AS v(kind, name, district)
         LEFT JOIN d ON d.name = v.district
    RETURNING id, kind
), k AS (
    INSERT INTO company (name, key, phone) VALUES ('ООО «УК «Уют»', 'ооо ук уют', '2-15-40'), ('ООО «УК «Волга»', 'ооо ук волга', '2-30-11'), ('ТСЖ «Заря»', 'тсж заря', '2-44-02'),
        ('МУП «Горэлектросеть»', 'муп горэлектросеть', '2-11-04'), ('МУП «Водоканал»', 'муп водоканал', '2-11-05'), ('АО «Теплосеть»', 'ао теплосеть', '2-11-06')
)
INSERT INTO street (settlement_id, name, kind, key)
SELECT t.id, s.name, s.kind, s.key FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS s(name, kind, key, n) JOIN t ON t.kind = 'city' ORDER BY s.n;

-- name: demo_houses
-- () some thirty houses a street, in the spellings that towns have: letters, corpora, fractions; villages without streets
WITH place AS (
    SELECT s.id AS street_id, s.settlement_id, row_number() OVER (ORDER BY s.id) AS n FROM street s
), spot AS (
    SELECT p.*, k, v.number, v.ord, (p.n * 31 + k * 17 + length(v.number) * 7) % 10 AS chance
    FROM place p CROSS JOIN LATERAL generate_series(1, 24 + (p.n * 7 % 12)::integer) AS k
         CROSS JOIN LATERAL (SELECT k::text AS number, '' AS ord
                             UNION ALL SELECT k || 'А', '1А' WHERE (k + p.n) % 9 = 0
                             UNION ALL SELECT k || ' к1', '300001' WHERE (k + p.n) % 14 = 0 UNION ALL SELECT k || ' к2', '300002' WHERE (k + p.n) % 14 = 0
                             UNION ALL SELECT k || '/2', '200002' WHERE (k + p.n) % 19 = 0) AS v
), built AS (
    SELECT s.*, CASE WHEN chance < 3 THEN 5 WHEN chance < 4 THEN 9 WHEN chance < 7 THEN 2 ELSE 1 END AS floors,
           CASE WHEN chance < 3 THEN 4 WHEN chance < 4 THEN 3 ELSE 1 END AS entrances,
           CASE WHEN chance < 3 THEN 80 WHEN chance < 4 THEN 108 WHEN chance < 7 THEN 8 ELSE 1 END AS flats
    FROM spot s
)
INSERT INTO house (settlement_id, street_id, district_id, number, number_value, number_order, entrances, floors, flats, residents, company_id, without, lat, lon)
SELECT b.settlement_id, b.street_id, (SELECT id FROM district ORDER BY id OFFSET b.n % 3 LIMIT 1), b.number, b.k, b.ord, b.entrances, b.floors, b.flats,
       CASE WHEN b.chance % 3 > 0 THEN b.flats * 2 + (b.n + b.k) % 5 END, CASE WHEN b.flats > 1 THEN (SELECT id FROM company ORDER BY id OFFSET b.n % 3 LIMIT 1) END,
       CASE WHEN b.flats = 1 THEN '{hot_water,heating}'::text[] ELSE '{}' END, 57.86 + b.n * 0.0005, 39.50 + b.k * 0.0008
FROM built b
UNION ALL
SELECT t.id, NULL, t.district_id, k::text, k, '', 1, 1, 1, CASE WHEN k % 4 > 0 THEN 1 + k % 4 END, NULL, '{hot_water,heating}', 57.95, 39.60 + k * 0.0008
FROM settlement t CROSS JOIN LATERAL generate_series(1, 20 + (t.id % 3)::integer * 8) AS k WHERE t.kind <> 'city';

-- name: demo_objects
-- () social objects in the larger houses and beside them, evenly over the town
WITH kinds AS (
    SELECT * FROM (VALUES ('school', 'Школа № ', 12, 600), ('kindergarten', 'Детский сад № ', 16, 140), ('clinic', 'Поликлиника № ', 3, NULL), ('hospital', 'Городская больница № ', 1, 240),
                          ('pharmacy', 'Аптека № ', 10, NULL), ('boiler', 'Котельная № ', 8, NULL), ('water_intake', 'Насосная станция № ', 3, NULL), ('culture', 'Дом культуры № ', 3, NULL),
                          ('nursing_home', 'Дом-интернат № ', 1, 90), ('ambulance_station', 'Подстанция скорой помощи № ', 1, NULL), ('emergency_service', 'Пожарная часть № ', 2, NULL),
                          ('telecom_node', 'Узел связи № ', 2, NULL), ('bakery', 'Хлебозавод № ', 1, NULL), ('sport', 'Бассейн № ', 1, NULL)) AS v(kind, name, count, places)
), numbered AS (
    SELECT k.kind, k.name || i AS name, k.places, row_number() OVER (ORDER BY k.kind, i) AS n FROM kinds k CROSS JOIN LATERAL generate_series(1, k.count) AS i
), large AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS total FROM house WHERE street_id IS NOT NULL AND flats >= 8
)
INSERT INTO social_object (kind, name, house_id, places, children, contact_duty_phone, round_the_clock, backup_power_kw)
SELECT o.kind, o.name, l.id, o.places, CASE WHEN o.kind IN ('school', 'kindergarten') THEN o.places END, '2-' || lpad((o.n * 137 % 10000)::text, 4, '0'),
       o.kind IN ('hospital', 'nursing_home', 'ambulance_station', 'emergency_service', 'boiler', 'water_intake', 'telecom_node'),
       CASE WHEN o.kind IN ('hospital', 'water_intake') THEN 200 END
FROM numbered o JOIN large l ON l.n = 1 + o.n * 29 % l.total;

-- name: demo_suppliers
-- Who supplies what, where there are houses at all.
INSERT INTO company (name, key, phone) SELECT v.name, v.key, v.phone
FROM (VALUES ('АО «Горводоканал»', 'аогорводоканал', '2-14-05'), ('АО «Тепловые сети»', 'аотепловыесети', '2-31-16'),
             ('ПАО «Районные электросети»', 'паорайонныеэлектросети', '2-40-40'), ('АО «Горгаз»', 'аогоргаз', '104')) AS v(name, key, phone)
WHERE EXISTS (SELECT 1 FROM house) ON CONFLICT (key) DO NOTHING;

-- name: demo_outages
-- 400 past outages of three months, 34 that hold now and 6 that are announced; all drawn from their serial numbers
WITH r AS (
    SELECT i, ('x' || substr(md5('outage' || i), 1, 7))::bit(28)::integer AS a, ('x' || substr(md5('outage' || i), 8, 7))::bit(28)::integer AS b,
           ('x' || substr(md5('outage' || i), 15, 7))::bit(28)::integer AS c FROM generate_series(1, 440) AS i
    WHERE EXISTS (SELECT 1 FROM house WHERE street_id IS NOT NULL)),
what AS (
    SELECT r.*, (ARRAY['cold_water', 'cold_water', 'hot_water', 'heating', 'heating', 'electricity', 'electricity', 'electricity', 'gas', 'sewerage', 'internet', 'lift'])[1 + a % 12] AS resource,
           CASE WHEN i > 434 OR b % 5 < 2 THEN 'planned' ELSE 'emergency' END AS kind,
           date_trunc('hour', now()) + CASE WHEN i <= 400 THEN make_interval(hours => -(24 + c % 2100)) WHEN i <= 434 THEN make_interval(hours => -(1 + c % 20)) ELSE make_interval(hours => 6 + c % 160) END AS began
    FROM r),
promise AS (SELECT what.*, began + make_interval(hours => 2 + b % 22) AS promised FROM what)
INSERT INTO outage (number, year, serial, kind, resource, status, supplier_id, reason, started_at, promised_at, promise_broken, version, ended_at, noticed_on, opened_at, opened_by)
SELECT 'ОТК-' || i || '/' || to_char(now(), 'YY'), date_part('year', now())::integer, i, kind, resource, CASE WHEN i <= 400 THEN 'restored' WHEN i <= 434 THEN 'active' ELSE 'announced' END,
       (SELECT id FROM company WHERE key = CASE resource WHEN 'cold_water' THEN 'аогорводоканал' WHEN 'sewerage' THEN 'аогорводоканал' WHEN 'electricity' THEN 'паорайонныеэлектросети'
                                                         WHEN 'gas' THEN 'аогоргаз' WHEN 'hot_water' THEN 'аотепловыесети' WHEN 'heating' THEN 'аотепловыесети' END),
       -- the first is what breaks, the others what is planned
       (SELECT w.reason[CASE kind WHEN 'emergency' THEN 1 ELSE 2 + b % 2 END] FROM
              (VALUES ('cold_water', ARRAY['Порыв водопровода', 'Замена задвижки', 'Промывка сети']),
                      ('hot_water', ARRAY['Порыв трубопровода ГВС', 'Опрессовка', 'Ремонт бойлера']),
                      ('heating', ARRAY['Дефект теплотрассы', 'Замена участка труб', 'Ремонт котельной']),
                      ('electricity', ARRAY['Повреждение кабеля', 'Ремонт ТП', 'Замена опоры']),
                      ('gas', ARRAY['Утечка газа', 'Ремонт газопровода', 'Проверка ГРП']),
                      ('sewerage', ARRAY['Засор коллектора', 'Ремонт КНС', 'Прочистка коллектора']),
                      ('lift', ARRAY['Остановка лифта', 'Замена лебёдки', 'Освидетельствование лифта']),
                      ('internet', ARRAY['Обрыв линии связи', 'Замена оборудования узла', 'Перенос линии связи'])) AS w(resource, reason) WHERE w.resource = promise.resource),
       began, promised, i BETWEEN 401 AND 434 AND promised <= now(),
       CASE WHEN i <= 400 OR i <= 434 AND promised <= now() THEN 2 ELSE 1 END, CASE WHEN i <= 400 THEN began + make_interval(mins => 60 + b % 900) END,
       CASE WHEN kind = 'planned' THEN began::date - 15 END, least(began, date_trunc('hour', now())) - CASE WHEN kind = 'planned' THEN interval '14 days' ELSE interval '0' END,
       (SELECT id FROM app_user WHERE login = 'dispatcher')
FROM promise ORDER BY i;

-- name: demo_outage_houses
-- each on one street, some houses in a row
WITH street AS (SELECT h.street_id, row_number() OVER (ORDER BY h.street_id) - 1 AS place, count(*) OVER () AS streets FROM house h WHERE h.street_id IS NOT NULL GROUP BY h.street_id),
house_row AS (SELECT id, street_id, row_number() OVER (PARTITION BY street_id ORDER BY number_value, number_order COLLATE "C", id) - 1 AS at,
                     count(*) OVER (PARTITION BY street_id) AS houses FROM house WHERE street_id IS NOT NULL),
drawn AS (SELECT o.*, ('x' || substr(md5('where' || o.serial), 1, 7))::bit(28)::integer AS a, ('x' || substr(md5('where' || o.serial), 8, 7))::bit(28)::integer AS b FROM outage o)
INSERT INTO outage_house (outage_id, house_id, off_at, restored_at)
SELECT d.id, h.id, d.started_at, d.ended_at
FROM drawn d JOIN street s ON s.place = d.a % s.streets JOIN house_row h ON h.street_id = s.street_id AND (h.at - d.b % h.houses + h.houses) % h.houses < 1 + d.a % 25;

-- name: demo_outage_promises
INSERT INTO outage_promise (outage_id, said_by, promised_at, said_at) SELECT id, opened_by, promised_at, opened_at FROM outage WHERE promised_at IS NOT NULL ORDER BY id;

-- fragment: demo_outage_told
-- the history of outages, as rows of events
SELECT o.opened_at, o.opened_by, 'outage', o.id, 'open', 1, NULL, CASE WHEN o.status = 'announced' THEN 'announced' ELSE 'active' END, o.reason,
       jsonb_build_object('houses_off', jsonb_build_object('to', CASE WHEN o.status <> 'announced' THEN (SELECT count(*) FROM outage_house oh WHERE oh.outage_id = o.id) ELSE 0 END))
FROM outage o
UNION ALL
SELECT o.ended_at, o.opened_by, 'outage', o.id, 'close', 2, 'active', 'restored', NULL, jsonb_build_object('houses_back', jsonb_build_object('to', (SELECT count(*) FROM outage_house oh WHERE oh.outage_id = o.id)))
FROM outage o WHERE o.ended_at IS NOT NULL
UNION ALL
SELECT o.promised_at, 1, 'outage', o.id, 'promise_broken', 2, NULL, NULL, NULL, jsonb_build_object('promised', jsonb_build_object('from', o.promised_at))
FROM outage o WHERE o.promise_broken

-- name: demo_outage_counter
INSERT INTO counter (series, year, value) SELECT 'outage', max(year), max(serial) FROM outage HAVING max(serial) IS NOT NULL
ON CONFLICT (series, year) DO UPDATE SET value = excluded.value;

-- name: demo_outage_board
SELECT gorod_outage_rebuild();
