-- Correspondents: people, organisations, collectives; contacts, search, merging.

-- fragment: appeals_of_person
-- how many of correspondent c user $4 may know of
(SELECT count(*) FROM appeal_author aa WHERE aa.correspondent_id = c.id AND aa.appeal_id NOT IN (SELECT h FROM gorod_hidden_appeals($4::bigint) AS h))

-- fragment: correspondent_unhidden
-- correspondent c of user $4
c.id NOT IN (SELECT h FROM gorod_hidden_people($4::bigint) AS h)

-- fragment: correspondent_item
json_build_object('id', c.id, 'number', c.id::text, 'kind', c.kind, 'name', c.name, 'address', c.address,
    'phone', (SELECT k.value FROM contact k WHERE k.correspondent_id = c.id AND k.kind IN ('mobile', 'home', 'work') ORDER BY k.id LIMIT 1),
    'email', (SELECT k.value FROM contact k WHERE k.correspondent_id = c.id AND k.kind = 'email' ORDER BY k.id LIMIT 1),
    'appeal_count', {appeals_of_person}, 'restricted', c.restricted, 'version', c.version)

-- name: correspondent_list
-- plan: custom
-- (kind, after id, limit, user) newest first
SELECT {correspondent_item}, c.id
FROM correspondent c
WHERE c.merged_into IS NULL AND {correspondent_unhidden} AND ($1::text IS NULL OR c.kind = $1) AND ($2::bigint IS NULL OR c.id < $2)
ORDER BY c.id DESC LIMIT $3::integer;

-- name: correspondent_count
-- plan: custom
-- (kind, user)
SELECT count(*) FROM (SELECT 1 FROM correspondent c WHERE c.merged_into IS NULL AND ($1::text IS NULL OR c.kind = $1)
                        AND c.id NOT IN (SELECT h FROM gorod_hidden_people($2::bigint) AS h) LIMIT 10001) n;

-- name: correspondent_by_words
-- plan: custom
-- (words text[], longest first; kind; limit; user). The longest word drives: its likest dictionary words, of each the newest bearers;
-- the other words only check (an initial is the beginning of a word of the same person). So the cost does not grow with the number of people
-- called Иванов.
WITH token AS MATERIALIZED (
    SELECT gorod_fold(t.word) AS word, t.ord FROM unnest($1::text[]) WITH ORDINALITY AS t(word, ord)
), near AS MATERIALIZED (
    SELECT token.ord, w.id, w.likeness
    FROM token CROSS JOIN LATERAL (
        SELECT n.id, CASE WHEN n.word = token.word THEN 2 WHEN n.word LIKE token.word || '%' THEN 1.5
                          ELSE similarity(n.word, token.word) END AS likeness
        FROM name_word n
        WHERE n.word LIKE token.word || '%' OR (length(token.word) > 2 AND (n.word LIKE '%' || token.word || '%' OR n.word % token.word))
        ORDER BY 2 DESC, n.id LIMIT 40) w
), driven AS MATERIALIZED (
    SELECT h.correspondent_id, max(near.likeness) AS likeness
    FROM near CROSS JOIN LATERAL (
        SELECT cw.correspondent_id FROM correspondent_word cw
        WHERE cw.word_id = near.id
          AND NOT EXISTS (SELECT 1 FROM token o WHERE o.ord > 1 AND NOT EXISTS (
                SELECT 1 FROM correspondent_word x WHERE x.correspondent_id = cw.correspondent_id
                  AND (x.word_id IN (SELECT n2.id FROM near n2 WHERE n2.ord = o.ord)
                       OR (length(o.word) < 4 AND EXISTS (SELECT 1 FROM name_word w WHERE w.id = x.word_id AND w.word LIKE o.word || '%')))))
        ORDER BY cw.correspondent_id DESC LIMIT $3::integer) h
    WHERE near.ord = 1
    GROUP BY h.correspondent_id
), best AS MATERIALIZED (
    SELECT c.*, d.likeness FROM driven d JOIN correspondent c ON c.id = d.correspondent_id
    WHERE c.merged_into IS NULL AND {correspondent_unhidden} AND ($2::text IS NULL OR c.kind = $2)
    ORDER BY d.likeness DESC, c.id DESC LIMIT $3
)
-- Among those found all words count: Марина stands before Мария when Марина was typed.
SELECT {correspondent_item}, c.id
FROM best c
ORDER BY (SELECT sum(l.likeness) FROM (SELECT max(near.likeness) AS likeness FROM near JOIN correspondent_word x ON x.word_id = near.id
                                       WHERE x.correspondent_id = c.id GROUP BY near.ord) l) DESC, c.id DESC;

-- name: correspondent_by_contact
-- plan: custom
-- (folded beginning of a phone or e-mail, kind, limit, user, the beginning without the trunk prefix or NULL, the local number or NULL)
SELECT {correspondent_item}, c.id
FROM correspondent c
WHERE c.id IN (SELECT k.correspondent_id FROM contact k
               WHERE k.folded LIKE gorod_like($1::text) || '%' OR k.folded LIKE $5::text || '%' OR reverse(k.folded) LIKE reverse($6::text) || '%'
               LIMIT 500)
  AND c.merged_into IS NULL AND {correspondent_unhidden} AND ($2::text IS NULL OR c.kind = $2)
ORDER BY c.id DESC LIMIT $3::integer;

-- name: correspondent_by_address
-- plan: custom
-- (pieces of an address text[], longest first; kind; limit; user): all must occur; the longest goes through the trigram index.
-- A number begins a number: house 12 is not found by flat 112.
WITH m AS MATERIALIZED (
    SELECT c.id FROM correspondent c
    WHERE gorod_fold(c.address) LIKE '%' || gorod_like(($1::text[])[1]) || '%'
      AND gorod_fold(c.address) LIKE ALL (SELECT '%' || gorod_like(w) || '%' FROM unnest($1::text[]) AS w)
      AND gorod_fold(c.address) ~ ALL (SELECT '(^|[^0-9])' || regexp_replace(gorod_fold(w), '([^[:alnum:]])', '\\\1', 'g')
                                       FROM unnest($1::text[]) AS w WHERE w ~ '^[0-9]')
    LIMIT 500)
SELECT {correspondent_item}, c.id
FROM m JOIN correspondent c USING (id)
WHERE c.merged_into IS NULL AND {correspondent_unhidden} AND ($2::text IS NULL OR c.kind = $2)
ORDER BY c.id DESC LIMIT $3::integer;

-- name: correspondent_similar
-- plan: custom
-- (name, phone folded, email folded, user, except id, address) -> likely doubles, best first, with the reason
WITH by_contact AS (
    SELECT k.correspondent_id AS id, CASE WHEN k.folded = $2::text THEN 'same_phone' ELSE 'same_email' END AS why, 0.9 AS weight
    FROM contact k WHERE (length($2::text) >= 5 AND k.folded = $2) OR ($3::text <> '' AND k.folded = $3)
), by_name AS (
    SELECT cw.correspondent_id AS id FROM correspondent_word cw JOIN name_word w ON w.id = cw.word_id
    WHERE w.word = ANY (gorod_words($1::text))
    GROUP BY cw.correspondent_id HAVING count(*) >= greatest(least(cardinality(gorod_words($1::text)), 2), 1)
    ORDER BY count(*) DESC, cw.correspondent_id DESC LIMIT 50
), named AS (
    SELECT c.id, CASE WHEN $6::text <> '' AND gorod_fold(c.address) = gorod_fold($6) THEN 'name_and_address' ELSE 'full_name' END AS why,
           CASE WHEN $6::text <> '' AND gorod_fold(c.address) = gorod_fold($6) THEN 0.85
                WHEN gorod_words(c.name) @> gorod_words($1::text) THEN 0.6 ELSE 0.3 END AS weight
    FROM by_name JOIN correspondent c USING (id)
)
SELECT json_build_object('id', c.id, 'kind', c.kind, 'name', c.name, 'address', c.address,
                         'phone', (SELECT k.value FROM contact k WHERE k.correspondent_id = c.id AND k.kind IN ('mobile', 'home', 'work') ORDER BY k.id LIMIT 1),
                         'why', h.why, 'weight', h.weight, 'appeal_count', {appeals_of_person}), c.id
FROM (SELECT DISTINCT ON (id) id, why, weight FROM (SELECT * FROM by_contact UNION ALL SELECT * FROM named WHERE weight >= 0.6) u
      ORDER BY id, weight DESC) h
JOIN correspondent c ON c.id = h.id
WHERE c.merged_into IS NULL AND {correspondent_unhidden} AND ($5::bigint IS NULL OR c.id <> $5)
ORDER BY h.weight DESC, c.id DESC LIMIT 10;

-- name: correspondent_get
-- ($1 user $2 sees_all $3 units, id) -> json, version, merged_into; appeals that the user may not open are not named
SELECT json_build_object('id', c.id, 'number', c.id::text, 'kind', c.kind, 'name', c.name, 'address', c.address, 'note', c.note,
           'contact_person', c.contact_person, 'social_status', c.social_status, 'privilege', c.privilege, 'data_class', c.data_class, 'restricted', c.restricted,
           'readers', coalesce((SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name) FROM app_user u WHERE u.id = ANY (c.readers)), '[]'),
           'created', c.created_at,
           'status', CASE WHEN c.merged_into IS NULL THEN 'active' ELSE 'merged' END, 'merged_into', c.merged_into,
           'phone', (SELECT k.value FROM contact k WHERE k.correspondent_id = c.id AND k.kind IN ('mobile', 'home', 'work') ORDER BY k.id LIMIT 1),
           'email', (SELECT k.value FROM contact k WHERE k.correspondent_id = c.id AND k.kind = 'email' ORDER BY k.id LIMIT 1),
           'phones', {more_phones},
           'contacts', coalesce((SELECT json_agg(json_build_object('kind', k.kind, 'value', k.value) ORDER BY k.id)
                                 FROM contact k WHERE k.correspondent_id = c.id), '[]'),
           'appeal_count', (SELECT count(*) FROM appeal_author aa WHERE aa.correspondent_id = c.id AND aa.appeal_id NOT IN (SELECT h FROM gorod_hidden_appeals(($1::bigint[])[1]) AS h)),
           'appeals', coalesce((SELECT json_agg(json_build_object('id', a.id, 'number', a.number, 'registered', a.registered, 'status', a.status,
                                                                  'subject', a.subject, 'due', a.due))
                                FROM (SELECT a.* FROM appeal_author aa JOIN appeal a ON a.id = aa.appeal_id
                                      WHERE aa.correspondent_id = c.id AND {appeal_visible} ORDER BY a.id DESC LIMIT 100) a), '[]'),
           'merged', coalesce((SELECT json_agg(json_build_object('merge', m.id, 'id', f.id, 'name', f.name, 'address', f.address, 'at', m.at,
                                                                 'undo_until', (m.at + interval '30 days')::date) ORDER BY m.id)
                               FROM correspondent_merge m JOIN correspondent f ON f.id = m.from_id
                               WHERE m.into_id = c.id AND m.undone_at IS NULL), '[]'),
           'consents', coalesce((SELECT json_agg(json_build_object('id', k.id, 'kind', k.kind, 'given_on', k.given_on, 'way', k.way, 'note', k.note,
                                     'withdrawn_on', k.withdrawn_on, 'withdrawn_way', k.withdrawn_way) ORDER BY k.id)
                                 FROM consent k WHERE k.correspondent_id = c.id), '[]'),
           'holds', (SELECT count(*) FROM hold h WHERE h.record = 'correspondent' AND h.record_id = c.id AND h.lifted_at IS NULL),
           'history', {history_of_correspondent},
           'version', c.version),
       c.version, c.merged_into
FROM correspondent c WHERE c.id = $4::bigint AND c.id NOT IN (SELECT h FROM gorod_hidden_people(($1::bigint[])[1]) AS h);

-- fragment: history_of_correspondent
-- a merge names the other card instead of a comment
coalesce((SELECT json_agg(json_build_object('at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action,
              'comment', CASE WHEN e.action IN ('merge', 'part')
                              THEN (SELECT string_agg(o.name, ', ') FROM correspondent o
                                    WHERE o.id IN ((e.changes->>'from')::bigint, (e.changes->>'into')::bigint) AND o.id <> c.id)
                              ELSE e.comment END,
                                            'changes', e.changes) ORDER BY e.id)
          FROM event e LEFT JOIN app_user u ON u.id = e.actor_id WHERE e.record = 'correspondent' AND e.record_id = c.id), '[]')

-- name: correspondent_add
INSERT INTO correspondent (kind, name, address, note, contact_person, social_status, privilege, external_id)
VALUES ($1::text, $2::text, coalesce($3::text, ''), coalesce($4::text, ''), coalesce($5::text, ''), $6::text, $7::text, $8::text) RETURNING id, version;

-- name: correspondent_set
-- (id, version, kind, name, address, note, contact_person, social_status, privilege)
UPDATE correspondent SET kind = coalesce($3::text, kind), name = coalesce($4::text, name), address = coalesce($5::text, address),
       note = coalesce($6::text, note), contact_person = coalesce($7::text, contact_person), social_status = coalesce($8::text, social_status),
       privilege = coalesce($9::text, privilege), version = version + 1
WHERE id = $1::bigint AND version = $2::integer AND merged_into IS NULL RETURNING version;

-- name: correspondent_access_set
-- (id, class, readers[], user): a person of special or a child's data is for those named; without a list for who marked them
UPDATE correspondent SET data_class = coalesce($2::text, data_class),
       readers = CASE WHEN coalesce($2, data_class) NOT IN ('special', 'minors') THEN '{}'
                      ELSE ARRAY(SELECT DISTINCT r FROM unnest(coalesce($3::bigint[], CASE WHEN readers = '{}' THEN ARRAY[$4::bigint] ELSE readers END)) r ORDER BY r) END
WHERE id = $1::bigint;

-- name: correspondent_appeals
-- (id) -> ids of their appeals, for what is said of a person to be said of the letters
SELECT appeal_id FROM appeal_author WHERE correspondent_id = $1::bigint ORDER BY appeal_id;

-- name: correspondent_words_set
-- (id, name): the dictionary learns the words, the correspondent is found by them
WITH word AS (SELECT DISTINCT unnest(gorod_words($2::text)) AS word),
     added AS (INSERT INTO name_word (word) SELECT word FROM word ON CONFLICT DO NOTHING RETURNING id, word),
     known AS (SELECT id, word FROM added UNION SELECT n.id, n.word FROM name_word n JOIN word USING (word)),
     gone AS (DELETE FROM correspondent_word WHERE correspondent_id = $1::bigint AND word_id NOT IN (SELECT id FROM known))
INSERT INTO correspondent_word (word_id, correspondent_id) SELECT id, $1::bigint FROM known ON CONFLICT DO NOTHING;

-- name: contact_set
-- (correspondent, kind, value): the main contact of the kind, which is the first one; others stay; '' removes it
WITH main AS (SELECT id FROM contact WHERE correspondent_id = $1::bigint AND {contact_alike} ORDER BY id LIMIT 1),
     changed AS (UPDATE contact k SET value = $3::text, folded = {contact_folded} FROM main WHERE k.id = main.id AND $3 <> ''),
     gone AS (DELETE FROM contact k USING main WHERE k.id = main.id AND $3 = '')
INSERT INTO contact (correspondent_id, kind, value, folded)
SELECT $1, $2, $3, {contact_folded} WHERE $3 <> '' AND NOT EXISTS (SELECT 1 FROM main);

-- fragment: contact_alike
(kind = $2::text OR ($2 = 'mobile' AND kind IN ('home', 'work')))

-- fragment: contact_folded
CASE WHEN $2::text IN ('mobile', 'home', 'work') THEN gorod_phone($3::text) ELSE gorod_fold($3) END

-- name: contact_keep
-- (correspondent, kind, values[]): besides the main one only these stay
DELETE FROM contact WHERE correspondent_id = $1::bigint AND {contact_alike} AND value <> ALL ($3::text[])
   AND id > (SELECT min(id) FROM contact WHERE correspondent_id = $1 AND {contact_alike});

-- name: contact_add
INSERT INTO contact (correspondent_id, kind, value, folded)
SELECT $1::bigint, $2, $3, {contact_folded}
WHERE NOT EXISTS (SELECT 1 FROM contact WHERE correspondent_id = $1 AND value = $3);

-- name: correspondent_lock
-- (id, user) -> version, merged_into, name; holds the row
SELECT version, merged_into, name FROM correspondent WHERE id = $1::bigint AND id NOT IN (SELECT h FROM gorod_hidden_people($2::bigint) AS h) FOR UPDATE;

-- name: correspondent_merge
-- (from, into, actor) -> merge id, versions of both: everything moves, `moved` remembers what
WITH authored AS (SELECT appeal_id, ord FROM appeal_author WHERE correspondent_id = $1::bigint),
     main AS (UPDATE appeal SET correspondent_id = $2::bigint WHERE correspondent_id = $1 RETURNING id),
     copied AS (INSERT INTO appeal_author (appeal_id, correspondent_id, ord) SELECT appeal_id, $2, ord FROM appeal_author WHERE correspondent_id = $1
                ON CONFLICT DO NOTHING RETURNING appeal_id),
     dropped AS (DELETE FROM appeal_author WHERE correspondent_id = $1),
     contacts AS (INSERT INTO contact (correspondent_id, kind, value, folded)
                  SELECT $2, k.kind, k.value, k.folded FROM contact k WHERE k.correspondent_id = $1
                    AND NOT EXISTS (SELECT 1 FROM contact x WHERE x.correspondent_id = $2 AND x.folded = k.folded) RETURNING id),
     gone AS (UPDATE correspondent SET merged_into = $2, version = version + 1 WHERE id = $1 RETURNING version),
     kept AS (UPDATE correspondent SET version = version + 1 WHERE id = $2 RETURNING version)
INSERT INTO correspondent_merge (from_id, into_id, actor_id, moved)
VALUES ($1, $2, $3::bigint, jsonb_build_object(
    'authored', (SELECT coalesce(jsonb_object_agg(appeal_id, ord), '{}') FROM authored), 'main', (SELECT coalesce(jsonb_agg(id), '[]') FROM main),
    'copied', (SELECT coalesce(jsonb_agg(appeal_id), '[]') FROM copied), 'contacts', (SELECT coalesce(jsonb_agg(id), '[]') FROM contacts)))
RETURNING id, (SELECT version FROM gone), (SELECT version FROM kept);

-- name: correspondent_merge_get
-- (merge) -> from, into, undone, whether the 30 days are over
SELECT from_id, into_id, undone_at IS NOT NULL, at + interval '30 days' < now() FROM correspondent_merge WHERE id = $1::bigint FOR UPDATE;

-- name: correspondent_part
-- (merge) -> from_id, versions of both: what had changed hands goes back, what came later stays
WITH m AS (SELECT * FROM correspondent_merge WHERE id = $1::bigint),
     main AS (UPDATE appeal a SET correspondent_id = m.from_id FROM m WHERE m.moved->'main' @> to_jsonb(a.id) AND a.correspondent_id = m.into_id
              AND a.id IN (SELECT (jsonb_array_elements_text(m2.moved->'main'))::bigint FROM m m2)),
     dropped AS (DELETE FROM appeal_author aa USING m WHERE aa.correspondent_id = m.into_id
              AND aa.appeal_id IN (SELECT (jsonb_array_elements_text(m2.moved->'copied'))::bigint FROM m m2)),
     back AS (INSERT INTO appeal_author (appeal_id, correspondent_id, ord)
              SELECT o.key::bigint, m.from_id, o.value::integer FROM m, jsonb_each_text(m.moved->'authored') o ON CONFLICT DO NOTHING),
     contacts AS (DELETE FROM contact k WHERE k.id IN (SELECT (jsonb_array_elements_text(m.moved->'contacts'))::bigint FROM m)),
     alive AS (UPDATE correspondent c SET merged_into = NULL, version = version + 1 FROM m WHERE c.id = m.from_id RETURNING c.version),
     kept AS (UPDATE correspondent c SET version = version + 1 FROM m WHERE c.id = m.into_id RETURNING c.version)
UPDATE correspondent_merge SET undone_at = now() WHERE id = $1 RETURNING from_id, (SELECT version FROM alive), (SELECT version FROM kept);

-- name: correspondent_facts
-- (id) -> what correspondent.set may change, as it is: for the history's "from"
SELECT json_build_object('kind', c.kind, 'name', c.name, 'address', c.address, 'note', c.note, 'contact_person', c.contact_person,
           'social_status', c.social_status, 'privilege', c.privilege, 'data_class', c.data_class, 'readers', c.readers,
           'phone', (SELECT k.value FROM contact k WHERE k.correspondent_id = c.id AND k.kind IN ('mobile', 'home', 'work') ORDER BY k.id LIMIT 1),
           'email', (SELECT k.value FROM contact k WHERE k.correspondent_id = c.id AND k.kind = 'email' ORDER BY k.id LIMIT 1),
           'phones', {more_phones})
FROM correspondent c WHERE c.id = $1::bigint;

-- fragment: more_phones
-- all but the main one, which is the first
coalesce((SELECT json_agg(k.value ORDER BY k.id) FROM contact k WHERE k.correspondent_id = c.id AND k.kind IN ('mobile', 'home', 'work')
            AND k.id > (SELECT min(x.id) FROM contact x WHERE x.correspondent_id = c.id AND x.kind IN ('mobile', 'home', 'work'))), '[]')

-- name: correspondent_by_external
-- (external id, user) -> ..., whether the user may know of them
SELECT c.id, c.id::text, c.version, c.id NOT IN (SELECT h FROM gorod_hidden_people($2::bigint) AS h) FROM correspondent c WHERE c.external_id = $1::text;
