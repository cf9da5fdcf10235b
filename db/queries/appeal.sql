-- Appeals: lists, cards, registration, transitions, links.

-- fragment: appeal_named
-- user $1 is named on the restricted appeal a: in its list, or by work given out of it
(($1::bigint[])[1] = ANY (a.readers)
 OR EXISTS (SELECT 1 FROM assignment_appeal na JOIN assignment_party np USING (assignment_id)
            WHERE na.appeal_id = a.id AND np.user_id = ($1)[1] AND np.role <> 'former'))

-- fragment: appeal_unhidden
-- of appeal a to user $1, whatever else the user may see: what is restricted is for those named on it
(NOT a.restricted OR {appeal_named})

-- fragment: appeal_visible
-- of appeal a to a user: $1 the user first, then those the user stands in for today; who sees all: $2; whose units: $3. What is restricted is lent
-- to no substitute
(NOT a.restricted
 AND ($2::boolean OR a.registrar_id = ANY ($1::bigint[]) OR a.considering_id = ANY ($1) OR a.unit_id = ANY ($3::bigint[])
      OR EXISTS (SELECT 1 FROM assignment_appeal va JOIN assignment_party vp USING (assignment_id) WHERE va.appeal_id = a.id AND vp.user_id = ANY ($1))
      OR EXISTS (SELECT 1 FROM assignment_appeal va JOIN assignment vs ON vs.id = va.assignment_id WHERE va.appeal_id = a.id AND vs.unit_id = ANY ($3)))
 OR a.restricted AND {appeal_named})

-- fragment: appeal_relations
-- bits of enum relation (server/rules/workflow.h)
((a.open_assignments > 0)::integer * 256 + coalesce(a.considering_id = ANY ($1::bigint[]), false)::integer * 64
 + (a.unit_id = ANY ($3::bigint[]) OR EXISTS (SELECT 1 FROM assignment_appeal ra JOIN assignment rs ON rs.id = ra.assignment_id
                                             WHERE ra.appeal_id = a.id AND rs.unit_id = ANY ($3)))::integer * 128
 + EXISTS (SELECT 1 FROM assignment_appeal ra JOIN assignment rs ON rs.id = ra.assignment_id
           WHERE ra.appeal_id = a.id AND rs.responsible_id = ANY ($1))::integer * 4)

-- name: appeal_relations_of
-- ($1 people $2 id $3 units) -> relations of these people alone
SELECT {appeal_relations} FROM appeal a WHERE a.id = $2::bigint;

-- fragment: appeal_person
-- the author's name; hidden from those who may not see persons ($4)
CASE WHEN $4::boolean THEN NULL WHEN a.anonymous THEN NULL ELSE c.name END

-- fragment: appeal_address
-- where the matter is; a person's home is hidden with their name
CASE WHEN $4::boolean AND gorod_fold(a.address) = gorod_fold(c.address) THEN NULL ELSE a.address END

-- fragment: appeal_computed
'days_left', CASE WHEN a.closed_on IS NULL THEN a.due - current_date END,
'overdue', a.closed_on IS NULL AND coalesce(a.due < current_date, false), 'late', coalesce(a.closed_on > a.due, false),
'due_soon', coalesce(a.closed_on IS NULL AND a.due BETWEEN current_date AND current_date + 5, false),
'without_action', a.status = 'registered' AND a.open_assignments = 0

-- fragment: appeal_filters
-- $5 status $6 kind $7 topic $8 unit $9 mine $10 without_action $11 overdue $12 due_soon $13 from $14 to $15 correspondent
-- $16 pattern of the number $17 full-text query $18 open $19 house (where an address is a person's home, it is hidden with their name)
    ($5::text IS NULL OR a.status = $5) AND ($6::text IS NULL OR a.kind = $6) AND ($7::text IS NULL OR a.topic LIKE gorod_like($7) || '%')
AND ($8::bigint IS NULL OR a.unit_id = $8)
AND ($9::boolean IS NULL OR $9 = (a.registrar_id = ANY ($1) OR a.considering_id = ANY ($1)
     OR EXISTS (SELECT 1 FROM assignment_appeal ma JOIN assignment_party mp USING (assignment_id) WHERE ma.appeal_id = a.id AND mp.user_id = ANY ($1))))
AND ($10::boolean IS NULL OR $10 = (a.status = 'registered' AND a.open_assignments = 0))
AND ($11::boolean IS NULL OR $11 = (a.closed_on IS NULL AND a.due < current_date))
AND ($12::boolean IS NULL OR $12 = (a.closed_on IS NULL AND a.due BETWEEN current_date AND current_date + 5))
AND ($13::date IS NULL OR a.registered >= $13) AND ($14::date IS NULL OR a.registered <= $14)
AND ($15::bigint IS NULL OR NOT $4::boolean AND EXISTS (SELECT 1 FROM appeal_author fa WHERE fa.appeal_id = a.id AND fa.correspondent_id = $15))
AND ($16::text IS NULL OR (a.serial = split_part(split_part($16, '-', 2), '/', 1)::bigint AND gorod_fold(a.number) LIKE gorod_fold($16)))
AND ($18::boolean IS NULL OR $18 = (a.closed_on IS NULL))
AND ($19::bigint IS NULL OR EXISTS (SELECT 1 FROM appeal_house fh LEFT JOIN correspondent c ON c.id = a.correspondent_id
                                    WHERE fh.appeal_id = a.id AND fh.house_id = $19 AND {appeal_address} IS NOT NULL))

-- fragment: appeal_order
CASE WHEN $20 = 'due' THEN a.due END, CASE WHEN $20 = 'new' THEN a.id END DESC, CASE WHEN $20 <> 'new' THEN a.id END

-- fragment: appeal_row
-- what a list says of an appeal; $24 language
json_build_object('id', a.id, 'number', a.number, 'version', a.version, 'kind', a.kind, 'status', a.status, 'received', a.received,
           'registered', a.registered, 'due', a.due, {appeal_computed}, 'subject', a.subject, 'text', left(a.text, 300),
           'correspondent_id', CASE WHEN $4 THEN NULL ELSE a.correspondent_id END,
           'correspondent_name', CASE WHEN $4::boolean THEN NULL ELSE (SELECT c.name FROM correspondent c WHERE c.id = a.correspondent_id) END,
           'anonymous', a.anonymous, 'collective', a.collective, 'channel', a.channel,
           'topic', a.topic, 'topic_label', (SELECT gorod_said(t.ru, t.en, $24::text) FROM classifier t WHERE t.classifier = 'topic' AND t.code = a.topic),
           'unit', a.unit_id, 'unit_name', (SELECT o.name FROM org_unit o WHERE o.id = a.unit_id), 'frequency', a.frequency,
           'open_assignments', a.open_assignments)

-- fragment: learn_words
-- words of the rows of `written` that no card held before; in order, so that two who learn the same words never wait for each other in a ring
INSERT INTO search_word (word)
SELECT DISTINCT w.word COLLATE "C" FROM written, unnest(tsvector_to_array(written.search)) AS w(word)
WHERE w.word ~ '^[[:alpha:]]+$' AND NOT EXISTS (SELECT 1 FROM search_word s WHERE s.word = w.word COLLATE "C")
ORDER BY 1 ON CONFLICT DO NOTHING

-- name: appeal_list
-- plan: custom
-- ... $20 sort (new, old, due) $21 after due $22 after id $23 limit $24 language $25 newer than this id -> json, status, relations, id, due
-- The page is chosen first, by one table and its indexes; names are looked up for its rows alone.
WITH page AS MATERIALIZED (
    SELECT a.* FROM appeal a
    WHERE ({appeal_visible}) AND {appeal_filters} AND ($25::bigint IS NULL OR a.id > $25)
      -- among the newest the cards are walked back over: IS TRUE keeps the planner from the index, which would fetch and sort all that match
      AND ($17::text IS NULL OR CASE WHEN $25 IS NULL THEN a.search @@ $17::tsquery ELSE (a.search @@ $17::tsquery) IS TRUE END)
      AND ($20::text <> 'new' OR $22::bigint IS NULL OR a.id < $22)
      AND ($20 <> 'old' OR $22 IS NULL OR a.id > $22)
      AND ($20 <> 'due' OR (a.due IS NOT NULL AND ($22 IS NULL OR (a.due, a.id) > ($21::date, $22))))
    ORDER BY {appeal_order} LIMIT $23::integer)
SELECT {appeal_row}, a.status, {appeal_relations}, a.id, a.due
FROM page a
ORDER BY {appeal_order};

-- name: appeal_query
-- ($1 words as typed, $2 blind: not by persons' names) -> full-text query (NULL when there is no such word at all), is it narrow?
-- All words must occur; one that is typed in part stands for each word that begins so. Where more than 64 do, it stays a beginning (`:*`),
-- and the query is wide: the index would have to collect all cards of all of them.
WITH typed AS (SELECT DISTINCT w.stem COLLATE "C" AS stem
               FROM unnest(gorod_words($1::text)) AS t(word), unnest(tsvector_to_array(to_tsvector('russian', t.word))) AS w(stem)),
meant AS (SELECT t.stem, ARRAY(SELECT s.word FROM search_word s WHERE s.word >= t.stem AND s.word < t.stem || chr(1114111) LIMIT 65) AS words FROM typed t),
said AS (SELECT quote_literal(m.stem) AS stem, m.stem ~ '^[[:alpha:]]+$' AS letters, m.words, CASE WHEN $2::boolean THEN 'ABC' ELSE '' END AS weights FROM meant m)
SELECT CASE WHEN bool_or(s.letters AND s.words = '{}') THEN NULL
            ELSE string_agg('(' || CASE WHEN cardinality(s.words) > 64 THEN s.stem || ':*' || s.weights
                                        WHEN s.words = '{}' THEN s.stem || rtrim(':' || s.weights, ':')
                                        ELSE (SELECT string_agg(quote_literal(w) || rtrim(':' || s.weights, ':'), '|') FROM unnest(s.words) AS w) END || ')',
                            '&')::tsquery END,
       bool_and(cardinality(s.words) <= 64)
FROM said s;

-- name: appeal_search
-- $1 to $19 as above, $17 narrow, $20 after id $21 count no further $22 limit $23 slices to look into $24 language
-- -> json, status, relations, id, due, cards found, were these all slices there are?
-- The newest cards that match, slice by slice back from the place. The inner limit keeps the slices apart, each with its own sorted few.
WITH found AS MATERIALIZED (
    SELECT f.id FROM generate_series(coalesce($20::bigint, (SELECT max(id) FROM appeal)) >> 13, 0, -1) WITH ORDINALITY AS s(slice, nth),
         LATERAL (SELECT a.id FROM appeal a
                  WHERE (a.id >> 13) = s.slice AND a.search @@ $17::tsquery AND ($20 IS NULL OR a.id < $20) AND {appeal_visible} AND {appeal_filters}
                  ORDER BY a.id DESC LIMIT $21::bigint) f
    WHERE s.nth <= $23::bigint LIMIT $21)
SELECT {appeal_row}, a.status, {appeal_relations}, a.id, a.due, (SELECT count(*) FROM found),
       coalesce($20, (SELECT max(id) FROM appeal)) >> 13 < $23
FROM appeal a WHERE a.id IN (SELECT id FROM found ORDER BY id DESC LIMIT $22::bigint) ORDER BY a.id DESC;

-- name: appeal_last
SELECT coalesce(max(id), 0) FROM appeal;

-- name: appeal_count
-- plan: custom
-- ... $20 sort $21 count no further $22 newer than this id
SELECT count(*) FROM (
    SELECT 1 FROM appeal a WHERE ({appeal_visible}) AND {appeal_filters} AND ($20::text <> 'due' OR a.due IS NOT NULL)
      AND ($22::bigint IS NULL OR a.id > $22)
      AND ($17::text IS NULL OR CASE WHEN $22 IS NULL THEN a.search @@ $17::tsquery ELSE (a.search @@ $17::tsquery) IS TRUE END)
      AND ($4::boolean IS NOT NULL) LIMIT $21::integer) n;

-- name: appeal_get
-- ($1 user $2 sees_all $3 units $4 hide persons $5 id $6 language) -> json, status, relations, version
-- json_build_object takes a hundred arguments at most: two halves, joined at their braces
SELECT left(json_build_object('id', a.id, 'number', a.number, 'version', a.version, 'kind', a.kind, 'kind_label', gorod_said(kl.ru, kl.en, $6::text), 'status', a.status,
           'received', a.received, 'registered', a.registered, 'registered_at', a.registered_at,
           'due', a.due, 'due_nominal', a.due_nominal, 'due_rule', a.due_rule, 'extended_days', a.extended_days, 'closed_on', a.closed_on,
           {appeal_computed}, 'channel', a.channel, 'channel_label', gorod_said(ch.ru, ch.en, $6::text), 'nature', a.nature, 'frequency', a.frequency,
           'subject', a.subject, 'text', a.text, 'address', {appeal_address}, 'addressee', a.addressee,
           'anonymous', a.anonymous, 'collective', a.collective, 'members_count', a.members_count, 'confidential', a.confidential,
           'correspondent_id', CASE WHEN $4 THEN NULL ELSE a.correspondent_id END, 'correspondent_name', {appeal_person},
           'topic', a.topic, 'topic_label', gorod_said(t.ru, t.en, $6::text), 'unit', a.unit_id, 'unit_name', o.name,
           'registrar', a.registrar_id, 'registrar_name', ru.name, 'considering', a.considering_id, 'considering_name', cu.name,
           'forwarded_by', a.forwarded_by, 'cover_number', a.cover_number, 'cover_date', a.cover_date,
           'answer', a.answer, 'open_assignments', a.open_assignments,
           'unverified', a.due IS NOT NULL AND NOT EXISTS (SELECT 1 FROM calendar_year cy WHERE cy.verified AND cy.year = date_part('year', a.due)::integer))::text, -1) || ',' || substr(json_build_object(
           'complained_of', coalesce((SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name)
                                      FROM app_user u WHERE u.id = ANY (a.complained_of)), '[]'),
           'questions', coalesce((SELECT json_agg(json_build_object('id', q.id, 'ord', q.ord, 'topic', q.topic, 'topic_label', gorod_said(qt.ru, qt.en, $6::text), 'nature', q.nature,
                                      'text', q.text, 'result', q.result, 'result_label', gorod_said(qr.ru, qr.en, $6::text), 'result_date', q.result_date,
                                      'follow_up', q.follow_up, 'forward_to', q.forward_to) ORDER BY q.ord)
                                  FROM appeal_question q LEFT JOIN classifier qt ON qt.classifier = 'topic' AND qt.code = q.topic
                                  LEFT JOIN classifier qr ON qr.classifier = 'answer_type' AND qr.code = q.result WHERE q.appeal_id = a.id), '[]'),
           'authors', CASE WHEN $4 THEN '[]'::json ELSE coalesce((SELECT json_agg(json_build_object('id', ac.id, 'kind', ac.kind, 'name', ac.name, 'address', ac.address,
                          'phone', k.phone, 'email', k.email) ORDER BY aa.ord, ac.id)
                          FROM appeal_author aa JOIN correspondent ac ON ac.id = aa.correspondent_id
                          CROSS JOIN LATERAL (SELECT (array_agg(x.value ORDER BY x.id) FILTER (WHERE x.kind IN ('mobile', 'home', 'work')))[1] AS phone,
                                                     (array_agg(x.value ORDER BY x.id) FILTER (WHERE x.kind = 'email'))[1] AS email
                                              FROM contact x WHERE x.correspondent_id = ac.id) k
                          WHERE aa.appeal_id = a.id), '[]') END,
           -- other cards are named here only to those who may open them (`a` is the other card inside)
           'links', coalesce((SELECT json_agg(json_build_object('kind', l.kind, 'direction', l.direction, 'id', a.id, 'number', a.number, 'subject', a.subject,
                                                                'status', a.status, 'registered', a.registered) ORDER BY l.kind, a.id)
                              FROM (SELECT kind, to_id AS other, 'to' AS direction FROM appeal_link WHERE from_id = $5
                                    UNION ALL SELECT kind, from_id, 'from' FROM appeal_link WHERE to_id = $5) l JOIN appeal a ON a.id = l.other
                              WHERE {appeal_visible}), '[]'),
           'assignments', coalesce((SELECT json_agg(json_build_object('id', s.id, 'number', s.number, 'title', s.title, 'status', s.status,
                                        'responsible', s.responsible_id, 'responsible_name', su.name, 'unit_name', so.name, 'due', s.due,
                                        'overdue', s.closed_on IS NULL AND s.status <> 'reported' AND s.due < current_date) ORDER BY s.id)
                                    FROM assignment_appeal sa JOIN assignment s ON s.id = sa.assignment_id JOIN app_user su ON su.id = s.responsible_id
                                    LEFT JOIN org_unit so ON so.id = s.unit_id WHERE sa.appeal_id = a.id AND {assignment_unhidden}), '[]'),
           'earlier', CASE WHEN $4 THEN '[]'::json ELSE coalesce((SELECT json_agg(json_build_object('id', x.id, 'number', x.number, 'registered', x.registered, 'status', x.status, 'subject', x.subject))
                                FROM (SELECT a.* FROM appeal_author xa JOIN appeal a ON a.id = xa.appeal_id
                                      WHERE xa.correspondent_id = c.id AND a.id <> $5 AND {appeal_visible} ORDER BY a.id DESC LIMIT 50) x), '[]') END,
           'extensions', coalesce(h.extensions, '[]'),
           'comments', coalesce((SELECT json_agg(json_build_object('id', m.id, 'at', m.at, 'actor', m.author_id, 'actor_name', u.name, 'text', m.text) ORDER BY m.id)
                                 FROM comment m JOIN app_user u ON u.id = m.author_id WHERE m.record = 'appeal' AND m.record_id = a.id), '[]'),
           'data_class', a.data_class, 'restricted', a.restricted,
           'house', CASE WHEN {appeal_address} IS NOT NULL THEN (SELECT x.house_id FROM appeal_house x WHERE x.appeal_id = a.id) END,
           'readers', coalesce((SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name) FROM app_user u WHERE u.id = ANY (a.readers)), '[]'),
           'files', CASE WHEN $4 THEN '[]'::json ELSE {appeal_files} END,
           'history', coalesce(h.history, '[]'))::text, 2),
       a.status, {appeal_relations}, a.version
FROM appeal a
LEFT JOIN correspondent c ON c.id = a.correspondent_id
LEFT JOIN org_unit o ON o.id = a.unit_id
LEFT JOIN classifier t ON t.classifier = 'topic' AND t.code = a.topic
LEFT JOIN classifier kl ON kl.classifier = 'appeal_kind' AND kl.code = a.kind
LEFT JOIN classifier ch ON ch.classifier = 'channel' AND ch.code = a.channel
LEFT JOIN app_user ru ON ru.id = a.registrar_id
LEFT JOIN app_user cu ON cu.id = a.considering_id
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action, 'for', e.for_id, 'for_name', f.name,
                                      'from', e.from_state, 'to', e.to_state, 'comment', e.comment, 'changes', {named_changes}) ORDER BY e.id) AS history,
           json_agg(json_build_object('at', e.at, 'by', u.name, 'from', e.changes->'due'->>'from', 'to', e.changes->'due'->>'to',
                                      'reason', e.comment) ORDER BY e.id) FILTER (WHERE e.action = 'extend') AS extensions
    FROM event e LEFT JOIN app_user u ON u.id = e.actor_id LEFT JOIN app_user f ON f.id = e.for_id WHERE e.record = 'appeal' AND e.record_id = a.id) h
WHERE a.id = $5::bigint AND {appeal_visible};

-- name: appeal_lock
-- ($1 user $2 sees_all $3 units $4 id) -> status, relations, version, number, registered, due, due_nominal, extended_days, open_assignments, kind; holds the row
SELECT a.status, {appeal_relations}, a.version, a.number, a.registered, a.due, a.due_nominal, a.extended_days, a.open_assignments, a.kind
FROM appeal a WHERE a.id = $4::bigint AND {appeal_visible} FOR UPDATE OF a;

-- name: appeal_find_number
-- (number as typed) -> id
SELECT id FROM appeal WHERE number = $1::text OR replace(number, '/', '-') = $1::text LIMIT 1;

-- name: appeal_author_facts
-- (correspondent, user) -> merged_into, name, address, restricted; holds the row against being merged away or marked until the card is written
SELECT merged_into, name, address, restricted FROM correspondent WHERE id = $1::bigint AND id NOT IN (SELECT h FROM gorod_hidden_people($2::bigint) AS h) FOR SHARE;

-- name: appeal_add
-- ($1 kind, $2 year, $3 letters of the number, $4 status ...) -> id, number
WITH serial AS ({next_number}), numbered AS (
    SELECT value, $3::text || '-' || value || '/' || lpad(($2::integer % 100)::text, 2, '0') AS number FROM serial),
written AS (INSERT INTO appeal (number, kind, year, serial, status, channel, nature, received, registered, due, due_nominal, due_rule,
                    correspondent_id, anonymous, collective, members_count, addressee, subject, text, address, topic, unit_id, registrar_id,
                    considering_id, forwarded_by, cover_number, cover_date, external_id, complained_of, search)
SELECT n.number, $1, $2, n.value, $4::text, $5::text, $6::text, $7::date, $8::date, $9::date, $10::date, $11::text,
       $12::bigint, $13::boolean, $14::boolean, $15::integer, coalesce($16::text, ''), $17::text, coalesce($18::text, ''), coalesce($19::text, ''), $20::text,
       $21::bigint, $22::bigint, $23::bigint, coalesce($24::text, ''), coalesce($25::text, ''), $26::date, $27::text,
       coalesce($29::bigint[], '{}'), gorod_appeal_search(n.number, $17, coalesce($18, ''), coalesce($19, ''), coalesce($28::text, ''))
FROM numbered n
RETURNING id, number, search, address),
learnt AS ({learn_words}),
placed AS (INSERT INTO appeal_house (appeal_id) SELECT id FROM written WHERE address ~ '\d')
SELECT id, number FROM written;

-- name: appeal_author_add
INSERT INTO appeal_author (appeal_id, correspondent_id, ord) VALUES ($1::bigint, $2::bigint, $3::integer) ON CONFLICT DO NOTHING;

-- name: appeal_question_add
INSERT INTO appeal_question (appeal_id, ord, topic, nature, text) VALUES ($1::bigint, $2::integer, $3::text, $4::text, coalesce($5::text, ''));

-- name: appeal_author_change
-- (appeal, correspondent): the first author is another person; co-authors stay
WITH gone AS (DELETE FROM appeal_author x USING appeal a
              WHERE a.id = $1::bigint AND x.appeal_id = a.id AND x.correspondent_id = a.correspondent_id AND a.correspondent_id <> $2::bigint)
INSERT INTO appeal_author (appeal_id, correspondent_id) VALUES ($1, $2) ON CONFLICT (appeal_id, correspondent_id) DO UPDATE SET ord = 0;

-- name: appeal_question_drop
-- (appeal) -> the last number in use: questions without a result make room for others
WITH gone AS (DELETE FROM appeal_question WHERE appeal_id = $1::bigint AND result IS NULL)
SELECT coalesce(max(ord), 0) FROM appeal_question WHERE appeal_id = $1 AND result IS NOT NULL;

-- name: appeal_question_correct
-- (appeal, topic, nature): what is said of the card is said of its only question
UPDATE appeal_question SET topic = coalesce($2::text, topic), nature = coalesce($3::text, nature)
WHERE appeal_id = $1::bigint AND result IS NULL AND (SELECT count(*) FROM appeal_question WHERE appeal_id = $1) = 1;

-- name: appeal_question_result
-- (appeal, ord or NULL for all without one, result, date, follow_up, forward_to)
UPDATE appeal_question SET result = $3::text, result_date = coalesce($4::date, current_date), follow_up = $5::date, forward_to = $6::text
WHERE appeal_id = $1::bigint AND result IS NULL AND ($2::bigint IS NULL OR ord = $2);

-- name: appeal_questions_open
SELECT count(*) FROM appeal_question WHERE appeal_id = $1::bigint AND result IS NULL;

-- name: appeal_questions_reopen
UPDATE appeal_question SET result = NULL, result_date = NULL WHERE appeal_id = $1::bigint;

-- name: appeal_set
-- (id, nature, subject, text, address, addressee, topic, unit, considering, members_count, channel, received, forwarded_by, cover_number,
--  cover_date, correspondent, complained_of)
WITH written AS (UPDATE appeal SET nature = coalesce($2::text, nature), subject = coalesce($3::text, subject), text = coalesce($4::text, text),
       address = coalesce($5::text, address), addressee = coalesce($6::text, addressee), topic = coalesce($7::text, topic),
       unit_id = coalesce($8::bigint, unit_id), considering_id = coalesce($9::bigint, considering_id),
       members_count = coalesce($10::integer, members_count), channel = coalesce($11::text, channel), received = coalesce($12::date, received),
       forwarded_by = coalesce($13::text, forwarded_by), cover_number = coalesce($14::text, cover_number), cover_date = coalesce($15::date, cover_date),
       complained_of = coalesce($17::bigint[], complained_of), correspondent_id = coalesce($16::bigint, correspondent_id), anonymous = anonymous AND $16 IS NULL,
       search = gorod_appeal_search(number, coalesce($3, subject), coalesce($4, text), coalesce($5, address),
                                    coalesce((SELECT name FROM correspondent c WHERE c.id = coalesce($16, correspondent_id)), '')),
       version = version + 1
WHERE id = $1::bigint RETURNING version, search),
learnt AS ({learn_words}),
placed AS (INSERT INTO appeal_house (appeal_id) SELECT $1 WHERE $5 IS NOT NULL
           ON CONFLICT (appeal_id) DO UPDATE SET house_id = NULL, looked = DEFAULT)
SELECT version FROM written;

-- name: appeal_houses_wait
-- (most) -> id, address: appeals whose house is to be looked for; other cores leave them alone until the end of the transaction
SELECT w.appeal_id, a.address, n.newest FROM (SELECT coalesce(max(id), 0) AS newest FROM house) n
CROSS JOIN LATERAL (SELECT x.appeal_id FROM appeal_house x WHERE x.house_id IS NULL AND x.looked < n.newest
                    ORDER BY x.looked, x.appeal_id LIMIT $1::integer FOR UPDATE SKIP LOCKED) w
JOIN appeal a ON a.id = w.appeal_id;

-- name: appeal_house_found
-- (appeal, house or NULL, the newest house there was)
UPDATE appeal_house SET house_id = $2::bigint, looked = $3::bigint WHERE appeal_id = $1::bigint;

-- name: appeal_access_set
-- (id, confidential, class, readers[], user): a mark of any author of the card is the card's too, with those who are named there. A card that
-- becomes restricted without a list is for who marked it, who registered it and who considers it; a new official to consider it is named.
WITH author AS (SELECT max(c.data_class) FILTER (WHERE c.restricted) AS data_class,
                       coalesce((SELECT array_agg(DISTINCT r) FROM appeal_author y JOIN correspondent d ON d.id = y.correspondent_id, unnest(d.readers) r
                                 WHERE y.appeal_id = $1::bigint AND d.restricted), '{}') AS readers
                FROM appeal_author x JOIN correspondent c ON c.id = x.correspondent_id WHERE x.appeal_id = $1),
     wanted AS (SELECT a.id, coalesce($2::boolean, a.confidential) AS confidential,
                       CASE WHEN coalesce($3::text, a.data_class) IN ('special', 'minors') THEN coalesce($3, a.data_class)
                            ELSE coalesce(w.data_class, $3, a.data_class) END AS data_class,
                       CASE WHEN $4::bigint[] IS NOT NULL THEN $4
                            WHEN a.readers = '{}' THEN w.readers || ARRAY[$5::bigint, a.registrar_id]
                            ELSE w.readers || a.readers END || a.considering_id AS readers
                FROM appeal a, author w WHERE a.id = $1)
UPDATE appeal a SET confidential = w.confidential, data_class = w.data_class,
       readers = CASE WHEN w.confidential OR w.data_class IN ('special', 'minors')
                      THEN (SELECT coalesce(array_agg(DISTINCT r ORDER BY r), '{}') FROM unnest(w.readers) r WHERE r IS NOT NULL) ELSE '{}' END
FROM wanted w WHERE a.id = w.id AND (a.restricted OR w.confidential OR w.data_class <> a.data_class);

-- name: appeal_move
-- (id, status, closed, answer json or NULL, day or NULL: today) -> version: a transition; closed true stamps the day, false clears it, NULL leaves it
UPDATE appeal SET status = $2::text, closed_on = CASE WHEN $3::boolean IS NULL THEN closed_on WHEN $3 THEN coalesce($5::date, current_date) END,
       answer = coalesce($4::jsonb, answer), version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: appeal_extend
-- (id, due, nominal, days added)
UPDATE appeal SET due = $2::date, due_nominal = $3::date, extended_days = extended_days + $4::integer, version = version + 1
WHERE id = $1::bigint RETURNING version;

-- name: appeal_link_add
INSERT INTO appeal_link (from_id, to_id, kind) VALUES ($1::bigint, $2::bigint, $3::text) ON CONFLICT DO NOTHING;

-- name: appeal_link_remove
DELETE FROM appeal_link WHERE kind = $3::text AND (from_id, to_id) IN (($1::bigint, $2::bigint), ($2, $1));

-- name: appeal_frequency_set
UPDATE appeal SET frequency = $2::text, version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: appeal_touch
UPDATE appeal SET version = version + 1 WHERE id = $1::bigint RETURNING version;

-- fragment: appeal_candidate
'id', a.id, 'number', a.number, 'registered', a.registered, 'status', a.status, 'subject', a.subject,
'correspondent_name', (SELECT c.name FROM correspondent c WHERE c.id = a.correspondent_id), 'open_assignments', a.open_assignments

-- name: appeal_candidates_text
-- plan: custom
-- ($1 user $2 sees_all $3 units, text, tsquery text): the same text within 180 days
SELECT json_build_object({appeal_candidate}, 'similarity', round(m.s::numeric, 2))
FROM (SELECT b.id, similarity(left(b.text, 2000), left($4::text, 2000)) AS s FROM appeal b
      WHERE b.search @@ to_tsquery('russian', $5::text) AND b.registered > current_date - 180 ORDER BY b.id DESC LIMIT 200) m
JOIN appeal a ON a.id = m.id
WHERE m.s > 0.6 AND a.status <> 'void' AND {appeal_visible} ORDER BY m.s DESC, a.id DESC LIMIT 5;

-- name: appeal_candidates_person
-- ($1 user $2 sees_all $3 units, correspondent): earlier appeals of the same person
SELECT json_build_object({appeal_candidate}, 'topic', a.topic, 'due', a.due)
FROM appeal_author aa JOIN appeal a ON a.id = aa.appeal_id
WHERE aa.correspondent_id = $4::bigint AND a.status <> 'void' AND {appeal_visible} ORDER BY a.id DESC LIMIT 8;

-- name: appeal_candidates_issue
-- plan: custom
-- ($1 user $2 sees_all $3 units, address, topic, correspondent or NULL): same house and topic from others, within 180 days; without an
-- address the author's own house, as appeal.register takes it
SELECT json_build_object({appeal_candidate}, 'address', a.address)
FROM appeal a
WHERE gorod_fold(a.address) = gorod_fold(coalesce($4::text, (SELECT p.address FROM correspondent p WHERE p.id = $6::bigint))) AND a.address <> ''
  AND ($5::text IS NULL OR a.topic = $5) AND ($6::bigint IS NULL OR a.correspondent_id IS DISTINCT FROM $6)
  AND a.registered > current_date - 180 AND a.status <> 'void' AND {appeal_visible}
ORDER BY a.id DESC LIMIT 8;

-- name: appeal_complains_of
-- (appeals[], user) -> how many of them complain of the user
SELECT count(*) FROM appeal WHERE id = ANY ($1::bigint[]) AND $2::bigint = ANY (complained_of);

-- name: appeal_by_external
-- (external id, user) -> ..., whether the user may know of it
SELECT a.id, a.number, a.version, a.id NOT IN (SELECT h FROM gorod_hidden_appeals($2::bigint) AS h) FROM appeal a WHERE a.external_id = $1::text;

-- name: appeal_facts
-- (id) -> what appeal.set may change, as it is: for the history's "from"
SELECT json_build_object('nature', nature, 'subject', subject, 'text', text, 'address', address, 'addressee', addressee, 'topic', topic,
                         'unit', unit_id, 'considering', considering_id, 'members_count', members_count, 'channel', channel, 'received', received,
                         'forwarded_by', forwarded_by, 'cover_number', cover_number, 'cover_date', cover_date, 'correspondent', correspondent_id, 'complained_of', complained_of,
                         'confidential', confidential, 'data_class', data_class, 'readers', readers,
                         'questions', (SELECT json_agg(json_build_object('topic', q.topic, 'nature', q.nature, 'text', q.text) ORDER BY q.ord)
                                       FROM appeal_question q WHERE q.appeal_id = appeal.id))
FROM appeal WHERE id = $1::bigint;
