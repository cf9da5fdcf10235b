-- Classifiers: read by everybody, edited by administrators.

-- name: classifier_list
-- (classifier, language) -> the whole classifier as a JSON array
SELECT coalesce(json_agg(json_build_object('code', code, 'parent', parent, 'ru', ru, 'en', en,
                                           'label', gorod_said(ru, en, $2::text),
                                           'ord', ord, 'data', data, 'retired', retired) ORDER BY ord, code), '[]')
FROM classifier WHERE classifier = $1::text;

-- name: classifier_all
-- () -> classifier, code, facts of every value that may be chosen
SELECT classifier, code, data FROM classifier WHERE NOT retired;

-- name: classifier_names
-- () -> name, values that may be chosen, retired ones
SELECT classifier, count(*) FILTER (WHERE NOT retired), count(*) FILTER (WHERE retired) FROM classifier GROUP BY classifier ORDER BY classifier;

-- name: classifier_lock
-- (id or NULL, classifier, code) -> id, classifier, code, version, retired, all of it as JSON; holds the row
SELECT id, classifier, code, version, retired,
       json_build_object('parent', parent, 'ru', ru, 'en', en, 'ord', ord, 'data', data, 'retired', retired)
FROM classifier WHERE CASE WHEN $1::bigint IS NULL THEN (classifier, code) = ($2::text, $3::text) ELSE id = $1 END FOR UPDATE;

-- name: classifier_put
-- (classifier, code, parent, ru, en, ord, data, retired) -> id, version
INSERT INTO classifier (classifier, code, parent, ru, en, ord, data, retired, edited)
VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6::integer, $7::jsonb, $8::boolean, true)
ON CONFLICT (classifier, code) DO UPDATE SET parent = excluded.parent, ru = excluded.ru, en = excluded.en, ord = excluded.ord, data = excluded.data,
                                             retired = excluded.retired, edited = true, version = classifier.version + 1
RETURNING id, version;

-- name: classifier_last_ord
-- (classifier, parent) -> the place after the last of its kin
SELECT coalesce(max(ord), 0) + 10 FROM classifier WHERE classifier = $1::text AND parent IS NOT DISTINCT FROM $2::text;

-- name: classifier_parent
-- (classifier, parent, code) -> whether the parent is there, is retired, and stands below the value itself
WITH RECURSIVE up AS (
    SELECT code, parent FROM classifier WHERE classifier = $1::text AND code = $2::text
    UNION
    SELECT c.code, c.parent FROM up JOIN classifier c ON c.classifier = $1 AND c.code = up.parent)
SELECT EXISTS (SELECT 1 FROM up), coalesce((SELECT p.retired FROM classifier p WHERE p.classifier = $1 AND p.code = $2), false),
       EXISTS (SELECT 1 FROM up WHERE up.code = $3::text);

-- name: classifier_nearest
-- (classifier, code): of codes that tell the tree (0005.0005.0056 is below 0005) the nearest one above
SELECT code FROM classifier WHERE classifier = $1::text AND left($2::text, length(code) + 1) = code || '.' ORDER BY length(code) DESC LIMIT 1;

-- name: classifier_open_children
SELECT count(*) FROM classifier WHERE classifier = $1::text AND parent = $2::text AND NOT retired;

-- name: classifier_below_set
-- (classifier, code, retired) -> id, code, version, data of each value below that changes
WITH RECURSIVE below AS (
    SELECT code FROM classifier WHERE classifier = $1::text AND parent = $2::text
    UNION
    SELECT c.code FROM below JOIN classifier c ON c.classifier = $1 AND c.parent = below.code)
UPDATE classifier c SET retired = $3::boolean, edited = true, version = version + 1
FROM below WHERE c.classifier = $1 AND c.code = below.code AND c.retired <> $3 RETURNING c.id, c.code, c.version, c.data;

-- name: classifier_letters
-- (code, letters) -> how many other kinds number their cards by these letters
SELECT count(*) FROM classifier WHERE classifier = 'appeal_kind' AND code <> $1::text AND gorod_fold(data->>'letters') = gorod_fold($2::text);

-- fragment: classifier_place
-- codes of topics are their tree; elsewhere the order that people gave
(CASE WHEN v.classifier = 'topic' THEN v.code ELSE lpad(v.ord::text, 10, '0') || ' ' || v.code END COLLATE "C")

-- fragment: classifier_matches
-- $1 classifier $2 query $3 retired
v.classifier = $1::text AND ($3::boolean IS NULL OR v.retired = $3)
AND ($2::text IS NULL OR v.code LIKE gorod_like($2) || '%' OR gorod_fold(v.ru || ' ' || v.en || ' ' || coalesce(v.data->>'words', '')) LIKE '%' || gorod_like($2) || '%')

-- name: classifier_values
-- plan: custom
-- ($1 classifier $2 query $3 retired, language, after, limit) -> json, place
SELECT json_build_object('id', v.id, 'number', v.code, 'classifier', v.classifier, 'code', v.code, 'parent', v.parent, 'label', gorod_said(v.ru, v.en, $4::text),
           'ru', v.ru, 'en', v.en, 'ord', v.ord, 'retired', v.retired, 'version', v.version,
           'depth', (WITH RECURSIVE up AS (SELECT v.parent AS code UNION SELECT p.parent FROM up JOIN classifier p ON p.classifier = $1 AND p.code = up.code)
                     SELECT count(*) FROM up WHERE code IS NOT NULL),
           'actions', CASE WHEN v.retired THEN '["set","restore"]'::json ELSE '["set","retire"]' END),
       {classifier_place}
FROM classifier v
WHERE {classifier_matches} AND ($5::text IS NULL OR {classifier_place} > $5)
ORDER BY {classifier_place} LIMIT $6::integer;

-- name: classifier_value_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM classifier v WHERE {classifier_matches} LIMIT 10001) n;

-- name: classifier_get
-- (id, language) -> json, data
SELECT json_build_object('id', v.id, 'number', v.code, 'classifier', v.classifier, 'code', v.code, 'parent', v.parent,
           'parent_label', (SELECT gorod_said(p.ru, p.en, $2::text) FROM classifier p WHERE p.classifier = v.classifier AND p.code = v.parent),
           'label', gorod_said(v.ru, v.en, $2), 'ru', v.ru, 'en', v.en, 'ord', v.ord, 'data', v.data, 'retired', v.retired, 'version', v.version,
           'children', (SELECT count(*) FROM classifier k WHERE k.classifier = v.classifier AND k.parent = v.code AND NOT k.retired),
           'actions', CASE WHEN v.retired THEN '["set","restore"]'::json ELSE '["set","retire"]' END,
           'history', coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action,
                                    'comment', NULL, 'changes', e.changes) ORDER BY e.id)
                                FROM event e LEFT JOIN app_user u ON u.id = e.actor_id WHERE e.record = 'classifier' AND e.record_id = v.id), '[]')),
       v.classifier, v.data
FROM classifier v WHERE v.id = $1::bigint;

-- name: seed_classifiers
-- What the municipality has edited stays as it edited it.
INSERT INTO classifier (classifier, code, parent, ru, en, ord, data)
SELECT r.classifier, r.code, nullif(r.parent, ''), r.ru, r.en, coalesce(nullif(r.ord, '')::integer, 0), coalesce(nullif(r.data, '')::jsonb, '{}')
FROM json_to_recordset($1::json) AS r(classifier text, code text, parent text, ru text, en text, ord text, data text)
ON CONFLICT (classifier, code) DO UPDATE SET parent = excluded.parent, ru = excluded.ru, en = excluded.en, ord = excluded.ord, data = excluded.data
WHERE NOT classifier.edited AND (classifier.parent, classifier.ru, classifier.en, classifier.ord, classifier.data)
      IS DISTINCT FROM (excluded.parent, excluded.ru, excluded.en, excluded.ord, excluded.data);
