-- Notices: made from the log of events, read by people, sent as letters.

-- name: notice_cursor_take
-- () -> how far the log was followed, and the row's lock until the transaction ends; no row: another core is making notices
-- Notices lost with the last moments before a crash are made anew with the place, so their commit waits for no disk.
SELECT event_id, set_config('synchronous_commit', 'off', true) FROM notice_cursor FOR UPDATE SKIP LOCKED;

-- name: notice_cursor_move
-- (from, to): a place that another core has moved meanwhile stays. Lost with a crash it is found again, so it waits for no disk
UPDATE notice_cursor SET event_id = $2::bigint WHERE event_id = $1::bigint AND set_config('synchronous_commit', 'off', true) IS NOT NULL;

-- name: notice_snapshot
-- () -> the oldest transaction still writing, the next one to begin
SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text;

-- name: notice_events
-- (after id, holes[]) -> id, record, record_id, actor, action, changed fields, is it news. Earlier days are none, nor what an import brings: a year of
-- letters taken over from another system would else be a thousand letters to its executors
SELECT e.id, e.record, e.record_id, e.actor_id, e.action,
       (SELECT ',' || string_agg(k, ',') || ',' FROM jsonb_object_keys(CASE jsonb_typeof(e.changes) WHEN 'object' THEN e.changes ELSE '{}' END) k),
       e.at > now() - interval '3 days'
       AND NOT (e.actor_id = 1 AND e.action IN ('register', 'create', 'issue') AND CASE e.record
                WHEN 'assignment' THEN EXISTS (SELECT 1 FROM assignment s WHERE s.id = e.record_id AND s.external_id IS NOT NULL)
                WHEN 'appeal' THEN EXISTS (SELECT 1 FROM appeal a WHERE a.id = e.record_id AND a.external_id IS NOT NULL) ELSE false END)
FROM {events_new} e ORDER BY e.id;

-- name: notice_people
-- (events[], records[], record_ids[], actors[], roles[] each as "author,controller") -> place in these lists, login: everybody who bears one of these
-- roles on the card, but the actor
WITH q AS (SELECT n, event_id, record, record_id, actor_id, string_to_array(roles, ',') AS roles
           FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[]) WITH ORDINALITY
                AS asked(event_id, record, record_id, actor_id, roles, n)),
c AS (
    SELECT q.n, p.user_id FROM q JOIN assignment_party p ON p.assignment_id = q.record_id AND p.role = ANY (q.roles) WHERE q.record = 'assignment'
    UNION ALL SELECT q.n, (e.changes->'responsible'->'from')::bigint FROM q JOIN event e ON e.id = q.event_id
        WHERE q.record = 'assignment' AND 'relieved' = ANY (q.roles) AND jsonb_typeof(e.changes->'responsible'->'from') = 'number'
    UNION ALL SELECT q.n, (e.changes->'co_executor'->'to')::bigint FROM q JOIN event e ON e.id = q.event_id
        WHERE q.record = 'assignment' AND 'part_owner' = ANY (q.roles) AND jsonb_typeof(e.changes->'co_executor'->'to') = 'number'
    UNION ALL SELECT w.n, cu.id FROM (
            SELECT q.n, s.unit_id FROM q JOIN assignment s ON s.id = q.record_id WHERE q.record = 'assignment' AND 'chief' = ANY (q.roles)
            UNION ALL SELECT q.n, a.unit_id FROM q JOIN appeal a ON a.id = q.record_id WHERE q.record = 'appeal' AND 'chief' = ANY (q.roles)) w
        JOIN app_user cu ON cu.unit_id = w.unit_id JOIN user_role r ON r.user_id = cu.id AND r.role = 'chief'
    UNION ALL SELECT q.n, unnest(ARRAY[CASE WHEN 'registrar' = ANY (q.roles) THEN a.registrar_id END,
                                       CASE WHEN 'considering' = ANY (q.roles) THEN a.considering_id END])
        FROM q JOIN appeal a ON a.id = q.record_id WHERE q.record = 'appeal'
    UNION ALL SELECT q.n, s.responsible_id FROM q JOIN assignment_appeal aa ON aa.appeal_id = q.record_id JOIN assignment s ON s.id = aa.assignment_id
        WHERE q.record = 'appeal' AND 'executors' = ANY (q.roles) AND s.status <> 'cancelled'
    UNION ALL SELECT q.n, q.record_id FROM q WHERE q.record = 'user' AND 'self' = ANY (q.roles)
    UNION ALL SELECT q.n, r.user_id FROM (SELECT n, substr(role, 7) AS role FROM q, unnest(q.roles) AS role WHERE role LIKE 'every\_%') q
        JOIN user_role r ON r.role = q.role
    -- Who is on duty at the desk; while nobody is, every dispatcher.
    UNION ALL SELECT q.n, unnest(f.members || f.dispatcher_id) FROM q JOIN shift f ON f.closed_at IS NULL WHERE 'on_duty' = ANY (q.roles)
    UNION ALL SELECT q.n, r.user_id FROM q JOIN user_role r ON r.role = 'dispatcher'
        WHERE 'on_duty' = ANY (q.roles) AND NOT EXISTS (SELECT 1 FROM shift f WHERE f.closed_at IS NULL)
    UNION ALL SELECT q.n, cu.id FROM q JOIN user_role r ON r.role = 'chief' JOIN app_user cu ON cu.id = r.user_id
        WHERE 'desk_chief' = ANY (q.roles) AND cu.unit_id IN (SELECT du.unit_id FROM app_user du JOIN user_role dr ON dr.user_id = du.id AND dr.role = 'dispatcher'
                                                               WHERE du.disabled_at IS NULL)),
-- Who stands in for somebody today hears what concerns them.
told AS (SELECT n, user_id FROM c UNION
         SELECT c.n, t.substitute_id FROM c JOIN q USING (n) JOIN substitution t ON t.absent_id = c.user_id
         WHERE q.record <> 'user' AND t.ended_at IS NULL AND current_date BETWEEN t.from_date AND t.to_date)
SELECT told.n, u.login FROM told JOIN q USING (n) JOIN app_user u ON u.id = told.user_id
WHERE u.disabled_at IS NULL AND u.id <> 1 AND u.id <> q.actor_id
ORDER BY told.n, u.id;

-- fragment: notice_card_seen
-- may the user ($1: the user and those they stand in for; who sees all: $2; whose units: $3) see the card of event e?
CASE e.record WHEN 'assignment' THEN EXISTS (SELECT 1 FROM assignment s WHERE s.id = e.record_id AND {assignment_visible})
              WHEN 'appeal' THEN EXISTS (SELECT 1 FROM appeal a WHERE a.id = e.record_id AND {appeal_visible})
              ELSE true END

-- name: notice_seen
-- ($1 user and those they stand in for $2 sees_all $3 units $4 event) -> a row when the user may see the card
SELECT 1 FROM event e WHERE e.id = $4::bigint AND {notice_card_seen};

-- name: notice_add
-- (user, event, kind, urgent, ways of the rule) -> id, is a letter wanted; no row: told already, or not wanted at all
INSERT INTO notification (user_id, event_id, kind, urgent, ways, read_at)
SELECT $1::bigint, $2::bigint, $3::text, $4::boolean, w.ways, CASE WHEN 'screen' = ANY (w.ways) THEN NULL ELSE clock_timestamp() END
FROM (SELECT CASE WHEN s.ways ? $3 THEN ARRAY(SELECT jsonb_array_elements_text(s.ways->$3)) ELSE $5::text[] END AS ways
      FROM (SELECT 1) one LEFT JOIN notification_setting s ON s.user_id = $1) w
WHERE w.ways <> '{}'
ON CONFLICT (event_id, user_id) DO NOTHING
RETURNING id, 'mail' = ANY (ways);

-- fragment: notice_values
-- what a template about event e may name
jsonb_build_object('number', coalesce(vs.number, va.number, vi.number, vf.number,
        CASE e.record WHEN 'outage' THEN (SELECT vo.number FROM outage vo WHERE vo.id = e.record_id) END, e.record_id::text),
    'title', coalesce(vs.title, va.subject, (SELECT k.ru || ': ' FROM classifier k WHERE k.classifier = 'incident_type' AND k.code = vi.type) || vi.place, ''),
    'due', coalesce(to_char(coalesce(vs.due, va.due), 'DD.MM.YYYY'), to_char((e.changes->'due_at'->>'to')::timestamptz, 'HH24:MI'), '-'),
    'days_left', coalesce(e.changes->'days_left'->>'to', e.changes->>'days_left', (coalesce(vs.due, va.due) - e.at::date)::text, ''),
    'actor', coalesce(regexp_replace(vu.name, '^(\S+) (\S)\S* (\S)\S*$', '\1 \2. \3.'), ''), 'comment', coalesce(left(e.comment, 400), (SELECT k.ru FROM classifier k WHERE k.classifier = 'response_norm' AND k.code = e.changes->'norm'->>'to'), ''))

-- fragment: notice_cards
LEFT JOIN assignment vs ON e.record = 'assignment' AND vs.id = e.record_id
LEFT JOIN appeal va ON e.record = 'appeal' AND va.id = e.record_id
LEFT JOIN incident vi ON e.record = 'incident' AND vi.id = e.record_id
LEFT JOIN shift vf ON e.record = 'shift' AND vf.id = e.record_id
LEFT JOIN app_user vu ON vu.id = e.actor_id

-- name: mail_add_notice
-- (notification, kind's name, what to do, subject, body, municipality): a letter that may go when the person's quiet hours are over
INSERT INTO mail (user_id, kind, notification_id, address, subject, body, next_try_at, give_up_from)
SELECT u.id, 'notice', n.id, u.email, gorod_fill($4::text, v.given), gorod_fill($5::text, v.given), q.until, q.until
FROM notification n JOIN event e ON e.id = n.event_id JOIN app_user u ON u.id = n.user_id
LEFT JOIN notification_setting st ON st.user_id = n.user_id
{notice_cards}
CROSS JOIN LATERAL (SELECT {notice_values} - '{title,actor,comment}'::text[] AS facts) f
CROSS JOIN LATERAL (SELECT f.facts || jsonb_build_object('kind', $2::text, 'what', gorod_fill($3::text, f.facts), 'municipality', $6::text) AS given) v
CROSS JOIN LATERAL (SELECT gorod_quiet_end(now(), st.quiet_from, st.quiet_to) AS until) q
WHERE n.id = $1::bigint AND u.email <> '' AND u.email LIKE '%_@_%' AND u.email !~ '[[:space:][:cntrl:]<>,;]'
ON CONFLICT (notification_id) DO NOTHING;

-- name: notice_sweep
-- (days) forgets notices that were read, and letters that were sent, longer ago
WITH letters AS (DELETE FROM mail WHERE state = 'sent' AND changed_at < now() - make_interval(days => $1::integer))
DELETE FROM notification WHERE read_at < now() - make_interval(days => $1);

-- name: notification_last
SELECT coalesce(max(id), 0) FROM notification;

-- name: notification_tail
-- (after id) -> what open screens hear: id, user, json
SELECT n.id, n.user_id, json_build_object('id', n.event_id, 'record', 'notification', 'record_id', n.id, 'action', 'new', 'kind', n.kind,
                                          'urgent', n.urgent, 'ways', n.ways, 'at', n.at)
FROM notification n WHERE n.id > $1::bigint ORDER BY n.id LIMIT 500;

-- fragment: notification_filters
-- $4 unread $5 kind
n.user_id = ($1::bigint[])[1] AND ($4::boolean IS NULL OR $4 = (n.read_at IS NULL)) AND ($5::text IS NULL OR n.kind = $5) AND {notice_card_seen}

-- name: notification_list
-- plan: custom
-- ($1 user and those they stand in for $2 sees_all $3 units $4 unread $5 kind $6 texts of the rules by kind $7 after id $8 limit) -> json, id
SELECT json_build_object('id', n.id, 'at', e.at, 'kind', n.kind, 'urgent', n.urgent, 'unread', n.read_at IS NULL, 'record', e.record, 'record_id', e.record_id,
           'number', coalesce(vs.number, va.number, vi.number, vf.number), 'action', e.action, 'actor', e.actor_id, 'actor_name', vu.name, 'due', coalesce(vs.due, va.due),
           'text', CASE WHEN $6::jsonb ? n.kind THEN gorod_fill($6::jsonb ->> n.kind, {notice_values}) ELSE coalesce(vs.title, va.subject, vi.place, '') END, 'version', 1, 'actions', '[]'::json),
       n.id
FROM notification n JOIN event e ON e.id = n.event_id
{notice_cards}
WHERE {notification_filters} AND ($7::bigint IS NULL OR n.id < $7)
ORDER BY n.id DESC LIMIT $8::integer;

-- name: notification_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM notification n JOIN event e ON e.id = n.event_id WHERE {notification_filters} LIMIT 10001) c;

-- name: notification_read
-- ($1 user $2 ids $3 up to this id $4 record $5 record_id: all about this card): marks as read; who reads twice changes nothing
UPDATE notification n SET read_at = clock_timestamp()
WHERE n.user_id = $1::bigint AND n.read_at IS NULL
  AND (n.id = ANY ($2::bigint[]) OR n.id <= $3::bigint
       OR EXISTS (SELECT 1 FROM event e WHERE e.id = n.event_id AND e.record = $4::text AND e.record_id = $5::bigint));

-- name: notification_settings
-- (user) -> ways by kind, digest hour, quiet hours, address
SELECT coalesce(s.ways, '{}'), s.digest_hour, s.quiet_from, s.quiet_to, u.email
FROM app_user u LEFT JOIN notification_setting s ON s.user_id = u.id WHERE u.id = $1::bigint;

-- name: notification_settings_set
-- (user, ways by kind to change, digest hour, quiet from, quiet to)
INSERT INTO notification_setting AS s (user_id, ways, digest_hour, quiet_from, quiet_to)
VALUES ($1::bigint, $2::jsonb, $3::smallint, $4::smallint, $5::smallint)
ON CONFLICT (user_id) DO UPDATE SET ways = s.ways || excluded.ways, digest_hour = excluded.digest_hour, quiet_from = excluded.quiet_from,
                                    quiet_to = excluded.quiet_to;

-- name: digest_next
-- () -> user, login of one whose hour has come today; the row stays locked. Another day than today was looked after: also a clock set back
SELECT u.id, u.login FROM notification_setting s JOIN app_user u ON u.id = s.user_id
WHERE s.digest_hour IS NOT NULL AND extract(hour FROM now()) >= s.digest_hour AND s.digest_on IS DISTINCT FROM current_date
  AND u.disabled_at IS NULL AND u.email <> '' AND u.email LIKE '%_@_%' AND u.email !~ '[[:space:][:cntrl:]<>,;]'
ORDER BY u.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED;

-- name: digest_done
UPDATE notification_setting SET digest_on = current_date WHERE user_id = $1::bigint;

-- name: digest_facts
-- (user) -> what, number, due: overdue, due soon, to accept, most urgent first
SELECT w.what, w.number, to_char(w.due, 'DD.MM.YYYY') FROM (
    SELECT CASE WHEN s.due < current_date THEN 'overdue' ELSE 'due_soon' END AS what, s.number, s.due FROM assignment s
    WHERE s.responsible_id = $1::bigint AND s.closed_on IS NULL AND s.status NOT IN ('reported', 'draft') AND s.due <= current_date + 7
    UNION ALL
    SELECT 'to_accept', s.number, s.due FROM assignment s
    WHERE (s.author_id = $1 OR s.on_behalf_of_id = $1) AND s.closed_on IS NULL AND s.status = 'reported'
    UNION ALL
    SELECT CASE WHEN a.due < current_date THEN 'overdue' ELSE 'due_soon' END, a.number, a.due FROM appeal a
    WHERE a.considering_id = $1 AND a.closed_on IS NULL AND a.due <= current_date + 7
) w ORDER BY CASE w.what WHEN 'overdue' THEN 1 WHEN 'due_soon' THEN 2 ELSE 3 END, w.due, w.number LIMIT 500;

-- name: mail_add_digest
-- (user, subject, body, values): one a day, whatever is repeated
INSERT INTO mail (user_id, kind, digest_on, address, subject, body)
SELECT u.id, 'digest', current_date, u.email, gorod_fill($2::text, $4::jsonb), gorod_fill($3::text, $4::jsonb)
FROM app_user u WHERE u.id = $1::bigint
ON CONFLICT (user_id, digest_on) DO NOTHING;

-- name: mail_recover
-- () letters that a dead sender left: what was not yet handed over is sent again, of the rest nobody can tell. A sender lives as long as its lock
UPDATE mail SET state = CASE state WHEN 'sending' THEN 'queued' ELSE 'unknown' END, claimed_by = NULL, changed_at = clock_timestamp(), version = version + 1,
       last_error = CASE state WHEN 'sending' THEN last_error ELSE 'the sender died before it heard whether the letter was taken' END
WHERE state IN ('sending', 'handing')
  AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 4706183 AND l.objid = mail.claimed_by::oid AND l.granted
                    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));

-- name: mail_sender
-- () -> a number that no other living sender bears, and its lock for as long as this connection lives
SELECT pg_backend_pid(), pg_advisory_lock(4706183, pg_backend_pid());

-- name: mail_claim
-- (sender, longest pause in seconds) -> id, address, subject, body, message id, tries. A letter that waits longer than any pause waits for
-- a clock that was set back, or for the end of quiet hours: those last a day at most
UPDATE mail SET state = 'sending', claimed_by = $1::integer, tries = tries + 1, changed_at = clock_timestamp(), version = version + 1
WHERE id = (SELECT m.id FROM mail m WHERE m.state = 'queued'
              AND (m.next_try_at <= now() OR m.next_try_at > now() + make_interval(secs => greatest($2::integer, 86400))
                   OR (m.changed_at > now() + interval '1 minute' AND (m.tries > 0 OR m.next_try_at <= m.changed_at)))
            ORDER BY m.next_try_at, m.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, address, subject, body, message_id, tries;

-- name: mail_handing
-- (id, sender) the last dot is about to be said; nothing is affected when the letter is no longer this sender's
UPDATE mail SET state = 'handing', changed_at = clock_timestamp() WHERE id = $1::bigint AND claimed_by = $2::integer AND state = 'sending';

-- name: mail_sent
-- (id, sender) also of a letter that others gave up meanwhile, while this sender was cut off from the database
UPDATE mail SET state = 'sent', claimed_by = NULL, last_error = '', changed_at = clock_timestamp(), version = version + 1
WHERE id = $1::bigint AND ((claimed_by = $2::integer AND state = 'handing') OR state = 'unknown');

-- name: mail_unknown
-- (id, sender, why)
UPDATE mail SET state = 'unknown', claimed_by = NULL, last_error = $3::text, changed_at = clock_timestamp(), version = version + 1
WHERE id = $1::bigint AND claimed_by = $2::integer AND state = 'handing';

-- name: mail_again
-- (id, sender, why, pause in seconds, hours after which it is given up, refused for good) -> state; a letter given up is an event, so that admins hear of it
WITH m AS (
    UPDATE mail SET state = CASE WHEN $6::boolean OR clock_timestamp() > give_up_from + make_interval(hours => $5::integer) THEN 'failed' ELSE 'queued' END,
           claimed_by = NULL, last_error = $3::text, next_try_at = clock_timestamp() + make_interval(secs => $4::integer),
           changed_at = clock_timestamp(), version = version + 1
    WHERE id = $1::bigint AND claimed_by = $2::integer AND state IN ('sending', 'handing')
    RETURNING id, state, version
), told AS (
    INSERT INTO event (actor_id, record, record_id, action, version, to_state, comment)
    SELECT 1, 'mail', m.id, 'failed', m.version, 'failed', left($3, 300) FROM m WHERE m.state = 'failed'
)
SELECT state FROM m;

-- name: mail_list
-- plan: custom
-- (state, after id, limit) -> json, id
SELECT json_build_object('id', m.id, 'number', m.id::text, 'version', m.version, 'state', m.state, 'status', m.state, 'kind', m.kind, 'address', m.address,
                         'user', m.user_id, 'user_name', u.name, 'subject', m.subject, 'tries', m.tries, 'created_at', m.created_at,
                         'next_try_at', CASE WHEN m.state = 'queued' THEN m.next_try_at END, 'changed_at', m.changed_at, 'last_error', m.last_error,
                         'actions', CASE WHEN m.state IN ('queued', 'failed', 'unknown') THEN '["retry"]' ELSE '[]' END::json),
       m.id
FROM mail m LEFT JOIN app_user u ON u.id = m.user_id
WHERE ($1::text IS NULL OR m.state = $1) AND ($2::bigint IS NULL OR m.id < $2) ORDER BY m.id DESC LIMIT $3::integer;

-- name: mail_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM mail m WHERE ($1::text IS NULL OR m.state = $1) LIMIT 10001) c;

-- name: mail_get
-- (id) -> json, version
SELECT json_build_object('id', m.id, 'number', m.id::text, 'version', m.version, 'status', m.state), m.version FROM mail m WHERE m.id = $1::bigint;

-- name: mail_retry
-- (id, version) -> version; it is sent now, and its time to be given up begins anew
UPDATE mail SET state = 'queued', next_try_at = clock_timestamp(), give_up_from = clock_timestamp(), changed_at = clock_timestamp(), tries = 0, version = version + 1
WHERE id = $1::bigint AND ($2::integer IS NULL OR version = $2) AND state IN ('queued', 'failed', 'unknown') RETURNING version;
