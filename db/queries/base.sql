-- Statements that no module owns: sessions, idempotency, numbers, events, classifiers, calendar, drafts, comments, seeds.

-- name: now_info
-- () -> today date, zone text
SELECT current_date, current_setting('TimeZone');

-- name: idempotency_add
-- (user_id, request_id, method, hash of params, answer): the last statement of a write; a repeat breaks the primary key and is rolled back
INSERT INTO idempotency (user_id, request_id, method, params_hash, answer) VALUES ($1::bigint, $2::uuid, $3::text, $4::text, $5::text);

-- name: idempotency_get
-- (user_id, request_id) -> method, params_hash, answer
SELECT method, params_hash, answer FROM idempotency WHERE user_id = $1::bigint AND request_id = $2::uuid;

-- name: idempotency_sweep
-- (days) forgets answers older than that
DELETE FROM idempotency WHERE at < now() - make_interval(days => $1::integer);

-- fragment: next_number
-- (the statement's $1 series, $2 year): the next serial; the row stays locked until the transaction ends, so it is taken with the very
-- statement that writes the card
INSERT INTO counter AS k (series, year, value) VALUES ($1::text, $2::integer, 1)
ON CONFLICT (series, year) DO UPDATE SET value = k.value + 1
RETURNING value

-- fragment: named_changes
-- what event e changed; users and units bear their names beside the ids, other records (`said`) their numbers, names, addresses
CASE WHEN e.changes ?| ARRAY['responsible', 'controller', 'considering', 'author', 'co_executor', 'unit', 'outage', 'incident', 'appeal', 'assignment', 'supplier', 'house'] THEN (
    SELECT jsonb_object_agg(k.key, CASE
        WHEN jsonb_typeof(k.value) <> 'object' THEN k.value
        WHEN k.key IN ('responsible', 'controller', 'considering', 'author', 'co_executor') THEN k.value || jsonb_build_object(
            'from_name', (SELECT n.name FROM app_user n WHERE n.id = (k.value->>'from')::bigint),
            'to_name', (SELECT n.name FROM app_user n WHERE n.id = (k.value->>'to')::bigint))
        WHEN k.key = 'unit' THEN k.value || jsonb_build_object(
            'from_name', (SELECT n.name FROM org_unit n WHERE n.id = (k.value->>'from')::bigint),
            'to_name', (SELECT n.name FROM org_unit n WHERE n.id = (k.value->>'to')::bigint))
        WHEN k.key IN ('outage', 'incident', 'appeal', 'assignment', 'supplier', 'house') THEN k.value || (
            SELECT jsonb_object_agg(w.at || '_said', CASE k.key WHEN 'outage' THEN (SELECT n.number FROM outage n WHERE n.id = w.id)
                                                                WHEN 'incident' THEN (SELECT n.number FROM incident n WHERE n.id = w.id)
                                                                WHEN 'appeal' THEN (SELECT n.number FROM appeal n WHERE n.id = w.id)
                                                                WHEN 'assignment' THEN (SELECT n.number FROM assignment n WHERE n.id = w.id)
                                                                WHEN 'supplier' THEN (SELECT n.name FROM company n WHERE n.id = w.id)
                                                                ELSE gorod_address(w.id) END)
            FROM (VALUES ('from', (k.value->>'from')::bigint), ('to', (k.value->>'to')::bigint)) AS w(at, id))
        ELSE k.value END)
    FROM jsonb_each(e.changes) k) ELSE e.changes END

-- name: event_add
-- (actor, record, id, action, version, from, to, comment, changes, for whom the actor acted) -> id, at
INSERT INTO event (actor_id, record, record_id, action, version, from_state, to_state, comment, changes, for_id)
VALUES ($1::bigint, $2::text, $3::bigint, $4::text, $5::integer, $6::text, $7::text, $8::text, $9::jsonb, $10::bigint)
RETURNING id, at;

-- name: external_hold
-- (external id): whoever brings the same one at the same moment waits until it is known what became of this one
SELECT pg_advisory_xact_lock(hashtext('gorod.external'), hashtext($1::text));

-- name: event_last
SELECT coalesce(max(id), 0) FROM event;

-- fragment: events_new
-- what a follower of the log has not read: ids above $1, and holes below it ($2) that have been filled
(SELECT * FROM event WHERE id = ANY ($2::bigint[]) UNION ALL (SELECT * FROM event WHERE id > $1::bigint ORDER BY id LIMIT 500))

-- name: event_heads
-- (after id, holes[]) -> id, record
SELECT e.id, e.record FROM {events_new} e ORDER BY e.id;

-- fragment: event_named
-- who alone may know of the record of event e; NULL when it is not restricted. A function would be planned anew in each statement (2 ms)
CASE e.record
    WHEN 'appeal' THEN (
        SELECT a.readers || ARRAY(SELECT p.user_id FROM assignment_appeal x JOIN assignment_party p USING (assignment_id)
                                  WHERE x.appeal_id = a.id AND p.role <> 'former')
        FROM appeal a WHERE a.id = e.record_id AND a.restricted)
    WHEN 'assignment' THEN (
        SELECT ARRAY(SELECT p.user_id FROM assignment_party p WHERE p.assignment_id = s.id AND p.role <> 'former')
               || ARRAY(SELECT unnest(a.readers) FROM assignment_appeal x JOIN appeal a ON a.id = x.appeal_id WHERE x.assignment_id = s.id AND a.restricted)
        FROM assignment s WHERE s.id = e.record_id AND s.restricted)
    WHEN 'correspondent' THEN (
        SELECT c.readers || ARRAY(SELECT unnest(a.readers) FROM appeal_author x JOIN appeal a ON a.id = x.appeal_id WHERE x.correspondent_id = c.id AND a.restricted)
        FROM correspondent c
        WHERE c.id = e.record_id
          AND (c.restricted OR EXISTS (SELECT 1 FROM appeal_author x JOIN appeal a ON a.id = x.appeal_id WHERE x.correspondent_id = c.id AND a.restricted)
                               AND NOT EXISTS (SELECT 1 FROM appeal_author x JOIN appeal a ON a.id = x.appeal_id WHERE x.correspondent_id = c.id AND NOT a.restricted)))
END

-- name: event_tail
-- (after id, holes[]) -> what the notifier hands out: id, json, record, record_id, actor, people[], units[], whether it is for these people alone
SELECT e.id,
       json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'record', e.record, 'record_id', e.record_id,
                         'action', e.action, 'version', e.version),
       e.record, e.record_id, e.actor_id,
       coalesce(n.named, CASE e.record
           WHEN 'assignment' THEN (SELECT array_agg(p.user_id) FROM assignment_party p WHERE p.assignment_id = e.record_id)
           WHEN 'appeal' THEN (SELECT array_agg(p.user_id) FROM assignment_appeal aa JOIN assignment_party p USING (assignment_id)
                               WHERE aa.appeal_id = e.record_id)
                              || (SELECT ARRAY[a.registrar_id, a.considering_id] FROM appeal a WHERE a.id = e.record_id)
           WHEN 'user' THEN ARRAY[e.record_id]
       END),
       CASE e.record
           WHEN 'assignment' THEN (SELECT ARRAY[s.unit_id] FROM assignment s WHERE s.id = e.record_id)
           WHEN 'appeal' THEN (SELECT array_agg(s.unit_id) || a.unit_id FROM appeal a LEFT JOIN assignment_appeal aa ON aa.appeal_id = a.id
                               LEFT JOIN assignment s ON s.id = aa.assignment_id WHERE a.id = e.record_id GROUP BY a.unit_id)
       END,
       n.named IS NOT NULL
FROM {events_new} e LEFT JOIN app_user u ON u.id = e.actor_id CROSS JOIN LATERAL (SELECT {event_named} AS named) n
ORDER BY e.id;

-- name: event_list
-- plan: custom
-- (record, record_id, actor, action, from, to, user, after id, limit, whether this reader sees cards of correspondence) newest first
SELECT json_build_object('id', e.id, 'at', e.at, 'actor', e.actor_id, 'actor_name', u.name, 'record', e.record, 'record_id', e.record_id,
                         'action', e.action, 'version', e.version, 'from', e.from_state, 'to', e.to_state,
                         'comment', CASE WHEN {event_open} THEN e.comment END, 'changes', CASE WHEN {event_open} THEN e.changes END),
       e.id
FROM event e LEFT JOIN app_user u ON u.id = e.actor_id
WHERE ($1::text IS NULL OR e.record = $1) AND ($2::bigint IS NULL OR e.record_id = $2) AND ($3::bigint IS NULL OR e.actor_id = $3)
  AND ($4::text IS NULL OR e.action = $4) AND ($5::date IS NULL OR e.at >= $5) AND ($6::date IS NULL OR e.at < $6::date + 1)
  AND {event_unhidden} AND ($8::bigint IS NULL OR e.id < $8)
ORDER BY e.id DESC LIMIT $9::integer;

-- fragment: event_open
-- what was said and changed on a card of correspondence is for those who may read the card; that something was done, for every reader of the log
($10::boolean OR e.record IN ('user', 'unit', 'classifier', 'calendar', 'periodic', 'report', 'district', 'settlement', 'street', 'company',
                               'house', 'social_object'))

-- fragment: event_unhidden
-- event e of user $7: of restricted records those named on them hear, and the machine's own administrator, who answers a person's request
($7::bigint = 1 OR CASE e.record WHEN 'appeal' THEN e.record_id NOT IN (SELECT h FROM gorod_hidden_appeals($7) AS h)
                                 WHEN 'assignment' THEN e.record_id NOT IN (SELECT h FROM gorod_hidden_assignments($7) AS h)
                                 WHEN 'correspondent' THEN e.record_id NOT IN (SELECT h FROM gorod_hidden_people($7) AS h) ELSE true END)

-- name: event_count
-- plan: custom
SELECT count(*) FROM (
    SELECT 1 FROM event e
    WHERE ($1::text IS NULL OR e.record = $1) AND ($2::bigint IS NULL OR e.record_id = $2) AND ($3::bigint IS NULL OR e.actor_id = $3)
      AND ($4::text IS NULL OR e.action = $4) AND ($5::date IS NULL OR e.at >= $5) AND ($6::date IS NULL OR e.at < $6::date + 1)
      AND {event_unhidden}
    LIMIT 10001) c;

-- name: calendar_days
-- () -> date, kind, note: days that differ from the plain week
SELECT date, kind, note FROM calendar_day ORDER BY date;

-- name: calendar_years
SELECT year FROM calendar_year WHERE verified ORDER BY year;

-- name: draft_save
INSERT INTO draft (user_id, screen, body) VALUES ($1::bigint, $2::text, $3::json)
ON CONFLICT (user_id, screen) DO UPDATE SET body = excluded.body, updated_at = now();

-- name: draft_get
SELECT json_build_object('screen', screen, 'body', body, 'updated', updated_at) FROM draft WHERE user_id = $1::bigint AND screen = $2::text;

-- name: draft_list
SELECT coalesce(json_agg(json_build_object('screen', screen, 'body', body, 'updated', updated_at) ORDER BY updated_at DESC), '[]')
FROM draft WHERE user_id = $1::bigint;

-- name: draft_count
-- (user, screen) -> how many drafts besides this one
SELECT count(*) FROM draft WHERE user_id = $1::bigint AND screen <> $2::text;

-- name: draft_drop
DELETE FROM draft WHERE user_id = $1::bigint AND screen = $2::text;

-- name: comment_add
INSERT INTO comment (record, record_id, author_id, text) VALUES ($1::text, $2::bigint, $3::bigint, $4::text) RETURNING id;

-- name: comment_seen
-- (user_id, record, record_id): everything said so far has been seen
INSERT INTO comment_read (user_id, record, record_id, comment_id)
SELECT $1::bigint, $2::text, $3::bigint, max(id) FROM comment WHERE record = $2 AND record_id = $3 HAVING max(id) IS NOT NULL
ON CONFLICT (user_id, record, record_id) DO UPDATE SET comment_id = excluded.comment_id
WHERE comment_read.comment_id < excluded.comment_id;

-- name: seed_calendar_years
INSERT INTO calendar_year (year) SELECT r.year::integer FROM json_to_recordset($1::json) AS r(year text) ON CONFLICT DO NOTHING;

-- name: seed_calendar
INSERT INTO calendar_day (date, kind, note) SELECT r.date::date, r.kind, r.note
FROM json_to_recordset($1::json) AS r(date text, kind text, note text) ON CONFLICT DO NOTHING;
