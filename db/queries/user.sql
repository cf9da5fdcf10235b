-- Users, roles, keys, units.

-- name: user_session
-- (login) -> id, login, name, language, unit_id, roles csv, units[] the user answers for, disabled, unit name, password hash
SELECT u.id, u.login, u.name, u.language, u.unit_id, coalesce((SELECT string_agg(role, ',') FROM user_role r WHERE r.user_id = u.id), ''),
       ({user_units}), u.disabled_at IS NOT NULL, o.name, u.password_hash
FROM app_user u LEFT JOIN org_unit o ON o.id = u.unit_id
WHERE u.login = $1::text;

-- fragment: user_units
-- the units that user u answers for
WITH RECURSIVE own AS (
    SELECT o.id, EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role = 'chief') AS deep
    FROM org_unit o WHERE o.id = u.unit_id
      AND EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role IN ('chief', 'executor', 'deputy'))
    UNION SELECT c.unit_id, true FROM user_curates c WHERE c.user_id = u.id
      AND EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role = 'deputy')
    UNION SELECT o.id, own.deep FROM org_unit o JOIN own ON o.parent_id = own.id WHERE own.deep)
SELECT coalesce(array_agg(DISTINCT id), '{}') FROM own

-- name: user_stands_for
-- (user) -> id, name, roles csv, units[] of everybody the user stands in for today
SELECT u.id, u.name, coalesce((SELECT string_agg(role, ',') FROM user_role r WHERE r.user_id = u.id AND r.role <> 'admin'), ''), ({user_units})
FROM app_user u
WHERE u.id IN (SELECT s.absent_id FROM substitution s
               WHERE s.substitute_id = $1::bigint AND s.ended_at IS NULL AND current_date BETWEEN s.from_date AND s.to_date)
ORDER BY u.id LIMIT 8;

-- name: user_login_by_id
SELECT login FROM app_user WHERE id = $1::bigint;

-- name: user_there
SELECT 1 FROM app_user WHERE id = $1::bigint AND id <> 1;

-- name: user_key_has
-- (login, key blob) -> one row when this key opens the door for this login
SELECT 1 FROM user_key k JOIN app_user u ON u.id = k.user_id
WHERE u.login = $1::text AND k.blob = $2::text AND u.disabled_at IS NULL;

-- fragment: user_actions
-- what an administrator may do to user u
CASE WHEN u.disabled_at IS NULL THEN '["set","key_add","key_remove","password","disable"]' ELSE '["set","enable"]' END::json

-- name: user_list
-- plan: custom
-- (query, role, unit, disabled, after name, after id, limit, asked by an administrator?) -> json, name, id
SELECT json_build_object('id', u.id, 'number', u.login, 'login', u.login, 'name', u.name, 'position', u.position, 'email', u.email, 'phone', u.phone,
                         'unit', u.unit_id, 'unit_name', o.name, 'language', u.language, 'disabled', u.disabled_at IS NOT NULL,
                         'roles', coalesce((SELECT json_agg(role ORDER BY role) FROM user_role r WHERE r.user_id = u.id), '[]'),
                         'actions', CASE WHEN $8::boolean THEN {user_actions} ELSE '[]' END, 'version', u.version),
       u.name, u.id
FROM app_user u LEFT JOIN org_unit o ON o.id = u.unit_id
WHERE u.id <> 1
  AND ($1::text IS NULL OR gorod_fold(u.name) LIKE '%' || gorod_like($1) || '%' OR u.login LIKE gorod_like($1) || '%'
       OR gorod_fold(o.name) LIKE '%' || gorod_like($1) || '%')
  AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role = $2))
  AND ($3::bigint IS NULL OR u.unit_id = $3)
  AND ($4::boolean IS NULL OR (u.disabled_at IS NOT NULL) = $4)
  AND ($5::text IS NULL OR (u.name COLLATE "ru-x-icu", u.id) > ($5 COLLATE "ru-x-icu", $6::bigint))
ORDER BY u.name COLLATE "ru-x-icu", u.id LIMIT $7::integer;

-- name: user_count
-- plan: custom
SELECT count(*) FROM app_user u LEFT JOIN org_unit o ON o.id = u.unit_id
WHERE u.id <> 1
  AND ($1::text IS NULL OR gorod_fold(u.name) LIKE '%' || gorod_like($1) || '%' OR u.login LIKE gorod_like($1) || '%'
       OR gorod_fold(o.name) LIKE '%' || gorod_like($1) || '%')
  AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role = $2))
  AND ($3::bigint IS NULL OR u.unit_id = $3)
  AND ($4::boolean IS NULL OR (u.disabled_at IS NOT NULL) = $4);

-- name: user_get
-- (id) -> json, version
SELECT json_build_object('id', u.id, 'number', u.login, 'login', u.login, 'name', u.name, 'position', u.position, 'email', u.email, 'phone', u.phone,
                         'unit', u.unit_id, 'unit_name', o.name, 'language', u.language, 'disabled', u.disabled_at IS NOT NULL,
                         'has_password', u.password_hash IS NOT NULL,
                         'roles', coalesce((SELECT json_agg(role ORDER BY role) FROM user_role r WHERE r.user_id = u.id), '[]'),
                         'curates', coalesce((SELECT json_agg(unit_id ORDER BY unit_id) FROM user_curates c WHERE c.user_id = u.id), '[]'),
                         'keys', coalesce((SELECT json_agg(json_build_object('id', k.id, 'algorithm', k.algorithm, 'fingerprint', k.fingerprint,
                                                                             'comment', k.comment, 'added', k.added_at) ORDER BY k.id)
                                           FROM user_key k WHERE k.user_id = u.id), '[]'),
                         'version', u.version),
       u.version
FROM app_user u LEFT JOIN org_unit o ON o.id = u.unit_id WHERE u.id = $1::bigint;

-- name: user_card
-- (id, asked by an administrator?) -> user_get with what may be done and, for the administrator, who did what to it and the open work
SELECT json_build_object('id', u.id, 'number', u.login, 'login', u.login, 'name', u.name, 'position', u.position, 'email', u.email, 'phone', u.phone,
                         'unit', u.unit_id, 'unit_name', o.name, 'language', u.language, 'disabled', u.disabled_at IS NOT NULL,
                         'status', CASE WHEN u.disabled_at IS NULL THEN 'active' ELSE 'disabled' END, 'disabled_at', u.disabled_at,
                         'has_password', u.password_hash IS NOT NULL,
                         'roles', coalesce((SELECT json_agg(role ORDER BY role) FROM user_role r WHERE r.user_id = u.id), '[]'),
                         'curates', coalesce((SELECT json_agg(unit_id ORDER BY unit_id) FROM user_curates c WHERE c.user_id = u.id), '[]'),
                         'curates_names', coalesce((SELECT json_agg(x.name ORDER BY x.name) FROM user_curates c JOIN org_unit x ON x.id = c.unit_id WHERE c.user_id = u.id), '[]'),
                         'keys', coalesce((SELECT json_agg(json_build_object('id', k.id, 'algorithm', k.algorithm, 'fingerprint', k.fingerprint,
                                                                             'comment', k.comment, 'added', k.added_at) ORDER BY k.id)
                                           FROM user_key k WHERE k.user_id = u.id), '[]'),
                         'actions', CASE WHEN $2::boolean THEN {user_actions} ELSE '[]' END,
                         'history', CASE WHEN $2 THEN coalesce((SELECT json_agg(json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', a.name,
                                        'action', e.action, 'comment', e.comment, 'changes', e.changes) ORDER BY e.id)
                                    FROM event e LEFT JOIN app_user a ON a.id = e.actor_id WHERE e.record = 'user' AND e.record_id = u.id
                                      AND e.action <> ALL ('{card_opened,person_searched,list_exported,report_printed,file_read}')), '[]') ELSE '[]' END,
                         'version', u.version)
FROM app_user u LEFT JOIN org_unit o ON o.id = u.unit_id WHERE u.id = $1::bigint;

-- name: user_facts
-- (id) -> what user.set may change, as it is
SELECT json_build_object('name', u.name, 'position', u.position, 'email', u.email, 'phone', u.phone, 'unit', u.unit_id, 'language', u.language,
           'roles', coalesce((SELECT json_agg(role ORDER BY role) FROM user_role r WHERE r.user_id = u.id), '[]'),
           'curates', coalesce((SELECT json_agg(unit_id ORDER BY unit_id) FROM user_curates c WHERE c.user_id = u.id), '[]'))
FROM app_user u WHERE u.id = $1::bigint;

-- name: user_add
INSERT INTO app_user (login, name, position, email, phone, unit_id, language)
VALUES ($1::text, $2::text, coalesce($3::text, ''), coalesce($4::text, ''), coalesce($5::text, ''), $6::bigint, coalesce($7::text, 'ru'))
RETURNING id, version;

-- name: user_set
-- (id, version, name, position, email, phone, unit, language): NULL leaves a field as it is; affected 0 on another version
UPDATE app_user SET name = coalesce($3::text, name), position = coalesce($4::text, position), email = coalesce($5::text, email),
       phone = coalesce($6::text, phone), unit_id = coalesce($7::bigint, unit_id), language = coalesce($8::text, language), version = version + 1
WHERE id = $1::bigint AND version = $2::integer RETURNING version;

-- name: user_touch
-- (id, version) a change of what hangs on the user; no row on another version
UPDATE app_user SET version = version + 1 WHERE id = $1::bigint AND ($2::integer IS NULL OR version = $2) RETURNING version;

-- name: user_disable
UPDATE app_user SET disabled_at = CASE WHEN $3::boolean THEN coalesce(disabled_at, now()) END, version = version + 1
WHERE id = $1::bigint AND version = $2::integer RETURNING version;

-- name: user_roles_set
WITH gone AS (DELETE FROM user_role WHERE user_id = $1::bigint AND role <> ALL ($2::text[]))
INSERT INTO user_role (user_id, role) SELECT $1::bigint, unnest($2::text[]) ON CONFLICT DO NOTHING;

-- name: user_curates_set
WITH gone AS (DELETE FROM user_curates WHERE user_id = $1::bigint AND unit_id <> ALL ($2::bigint[]))
INSERT INTO user_curates (user_id, unit_id) SELECT $1::bigint, unnest($2::bigint[]) ON CONFLICT DO NOTHING;

-- name: user_key_add
INSERT INTO user_key (user_id, algorithm, blob, fingerprint, comment) VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text) RETURNING id;

-- name: user_key_remove
DELETE FROM user_key WHERE user_id = $1::bigint AND id = $2::bigint;

-- name: user_password_set
UPDATE app_user SET password_hash = $2::text, version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: user_language_set
UPDATE app_user SET language = $2::text, version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: unit_list
-- plan: custom
-- (query, parent, external, language, after name, after id, limit)
SELECT json_build_object('id', o.id, 'number', o.code, 'code', o.code, 'name', gorod_said(o.name, o.name_en, $4::text),
                         'kind', o.kind, 'parent', o.parent_id, 'parent_name', p.name, 'external', o.external, 'disabled', o.disabled_at IS NOT NULL,
                         'users', (SELECT count(*) FROM app_user u WHERE u.unit_id = o.id AND u.disabled_at IS NULL), 'version', o.version),
       o.name, o.id
FROM org_unit o LEFT JOIN org_unit p ON p.id = o.parent_id
WHERE ($1::text IS NULL OR gorod_fold(o.name) LIKE '%' || gorod_like($1) || '%' OR o.code LIKE gorod_like($1) || '%')
  AND ($2::bigint IS NULL OR o.parent_id = $2) AND ($3::boolean IS NULL OR o.external = $3)
  AND ($5::text IS NULL OR (o.name COLLATE "ru-x-icu", o.id) > ($5 COLLATE "ru-x-icu", $6::bigint))
ORDER BY o.name COLLATE "ru-x-icu", o.id LIMIT $7::integer;

-- name: unit_count
-- plan: custom
SELECT count(*) FROM org_unit o
WHERE ($1::text IS NULL OR gorod_fold(o.name) LIKE '%' || gorod_like($1) || '%' OR o.code LIKE gorod_like($1) || '%')
  AND ($2::bigint IS NULL OR o.parent_id = $2) AND ($3::boolean IS NULL OR o.external = $3);

-- name: unit_get
SELECT json_build_object('id', o.id, 'number', o.code, 'code', o.code, 'name', o.name, 'name_en', o.name_en, 'kind', o.kind, 'parent', o.parent_id,
                         'parent_name', p.name, 'external', o.external, 'disabled', o.disabled_at IS NOT NULL, 'version', o.version,
                         'users', coalesce((SELECT json_agg(json_build_object('id', u.id, 'login', u.login, 'name', u.name) ORDER BY u.name)
                                            FROM app_user u WHERE u.unit_id = o.id AND u.disabled_at IS NULL), '[]'),
                         'units', coalesce((SELECT json_agg(json_build_object('id', c.id, 'code', c.code, 'name', c.name) ORDER BY c.name)
                                            FROM org_unit c WHERE c.parent_id = o.id), '[]')),
       o.version
FROM org_unit o LEFT JOIN org_unit p ON p.id = o.parent_id WHERE o.id = $1::bigint;

-- name: unit_facts
-- (id) -> what unit.set may change, as it is
SELECT json_build_object('parent', parent_id, 'kind', kind, 'name', name, 'name_en', name_en, 'external', external, 'disabled', disabled_at IS NOT NULL)
FROM org_unit WHERE id = $1::bigint;

-- name: unit_add
INSERT INTO org_unit (code, parent_id, kind, name, name_en, external)
VALUES ($1::text, $2::bigint, coalesce($3::text, 'division'), $4::text, coalesce($5::text, ''), coalesce($6::boolean, false)) RETURNING id, version;

-- name: unit_set
UPDATE org_unit SET parent_id = coalesce($3::bigint, parent_id), kind = coalesce($4::text, kind), name = coalesce($5::text, name),
       name_en = coalesce($6::text, name_en), external = coalesce($7::boolean, external),
       disabled_at = CASE WHEN $8::boolean IS NULL THEN disabled_at WHEN $8 THEN coalesce(disabled_at, now()) END, version = version + 1
WHERE id = $1::bigint AND version = $2::integer RETURNING version;

-- name: unit_is_below
-- (unit, possible ancestor) -> one row when the unit is the ancestor itself or stands below it
WITH RECURSIVE up AS (SELECT id, parent_id FROM org_unit WHERE id = $1::bigint
                      UNION SELECT o.id, o.parent_id FROM org_unit o JOIN up ON o.id = up.parent_id)
SELECT 1 FROM up WHERE id = $2::bigint;

-- name: unit_find_by_name
SELECT id FROM org_unit WHERE gorod_fold(name) = gorod_fold($1::text) OR code = $1::text LIMIT 1;
