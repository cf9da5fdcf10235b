-- Keeping and deleting: consents, holds, the list of what may go, its deletion, the act.

-- name: consent_give
-- (correspondent, kind, given on, way, note, user) -> id
INSERT INTO consent (correspondent_id, kind, given_on, way, note, actor_id)
VALUES ($1::bigint, $2::text, coalesce($3::date, current_date), $4::text, coalesce($5::text, ''), $6::bigint) RETURNING id;

-- name: consent_withdraw
-- (correspondent, kind, withdrawn on, way) -> id
UPDATE consent SET withdrawn_on = coalesce($3::date, current_date), withdrawn_way = $4::text
WHERE correspondent_id = $1::bigint AND kind = $2::text AND withdrawn_on IS NULL RETURNING id;

-- name: unit_is_company
-- (name of a unit) -> 1 when it is a company that is no body
SELECT count(*) FROM org_unit WHERE kind = 'company' AND gorod_fold(name) = gorod_fold($1::text);

-- name: consent_missing
-- (appeal, kind) -> how many of its authors have not given it, or have taken it back
SELECT count(*) FROM appeal_author x
WHERE x.appeal_id = $1::bigint AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.correspondent_id = x.correspondent_id AND c.kind = $2::text
                                               AND c.withdrawn_on IS NULL AND c.given_on <= current_date);

-- name: correspondent_touch
UPDATE correspondent SET version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: hold_lock
-- () waits for a purge that runs; until the end of the transaction none begins. LOCK itself cannot be prepared: a write locks its table, even of no row
DELETE FROM hold WHERE false;

-- name: hold_add
-- (record, id, kind, reason, user) -> id
INSERT INTO hold (record, record_id, kind, reason, actor_id) VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::bigint) RETURNING id;

-- name: hold_get
-- (id) -> record, record_id, kind, whether in force
SELECT record, record_id, kind, lifted_at IS NULL FROM hold WHERE id = $1::bigint FOR UPDATE;

-- name: hold_lift
-- (id, user, reason)
UPDATE hold SET lifted_at = now(), lifted_by = $2::bigint, lift_reason = $3::text WHERE id = $1::bigint;

-- fragment: hold_filters
-- $1 user $2 record $3 record id $4 in force $5 words of the reason
    ($2::text IS NULL OR h.record = $2) AND ($3::bigint IS NULL OR h.record_id = $3) AND ($4::boolean IS NULL OR $4 = (h.lifted_at IS NULL))
AND ($5::text IS NULL OR gorod_fold(h.reason) LIKE '%' || gorod_like($5) || '%')
AND CASE h.record WHEN 'appeal' THEN h.record_id NOT IN (SELECT h FROM gorod_hidden_appeals($1::bigint) AS h)
                  WHEN 'assignment' THEN h.record_id NOT IN (SELECT h FROM gorod_hidden_assignments($1) AS h)
                  WHEN 'correspondent' THEN h.record_id NOT IN (SELECT h FROM gorod_hidden_people($1) AS h) ELSE true END

-- name: hold_list
-- plan: custom
-- ... $6 language $7 after id $8 limit
SELECT json_build_object('id', h.id, 'record', h.record, 'record_id', h.record_id,
           'number', CASE h.record WHEN 'appeal' THEN (SELECT a.number FROM appeal a WHERE a.id = h.record_id)
                                   WHEN 'assignment' THEN (SELECT s.number FROM assignment s WHERE s.id = h.record_id)
                                   WHEN 'incident' THEN (SELECT i.number FROM incident i WHERE i.id = h.record_id)
                                   WHEN 'outage' THEN (SELECT o.number FROM outage o WHERE o.id = h.record_id) END,
           'kind', h.kind, 'kind_label', (SELECT gorod_said(v.ru, v.en, $6::text) FROM classifier v WHERE v.classifier = 'hold_kind' AND v.code = h.kind),
           'reason', h.reason, 'at', h.at, 'actor_name', u.name, 'lifted_at', h.lifted_at, 'lift_reason', h.lift_reason), h.id
FROM hold h LEFT JOIN app_user u ON u.id = h.actor_id
WHERE {hold_filters} AND ($7::bigint IS NULL OR h.id < $7) ORDER BY h.id DESC LIMIT $8::integer;

-- name: hold_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM hold h WHERE {hold_filters} LIMIT 10001) n;

-- name: appeal_keeping_set
UPDATE appeal SET keeping = $2::text, version = version + 1 WHERE id = $1::bigint RETURNING version;

-- name: assignment_keeping_set
UPDATE assignment SET keeping = $2::text, version = version + 1 WHERE id = $1::bigint RETURNING version;

-- fragment: purge_held
EXISTS (SELECT 1 FROM hold h WHERE h.lifted_at IS NULL AND (h.record, h.record_id) =

-- fragment: purge_appeals
-- appeals that may go: the term is over, nothing holds them, what was given out of them is closed and held by nothing, the commission has decided
-- where it must. $1 the rules
SELECT a.id, a.number, a.closed_on, r.rule
FROM appeal a CROSS JOIN LATERAL (SELECT gorod_keep_rule($1::jsonb->'appeal', a.kind) AS rule) r
WHERE a.closed_on IS NOT NULL AND gorod_keep_until(a.closed_on, r.rule) <= current_date
  AND CASE WHEN (r.rule->>'commission')::boolean THEN a.keeping IS NOT DISTINCT FROM 'delete' ELSE a.keeping IS DISTINCT FROM 'keep' END
  AND NOT {purge_held} ('appeal', a.id))
  AND NOT EXISTS (SELECT 1 FROM assignment_appeal x JOIN assignment s ON s.id = x.assignment_id
                  WHERE x.appeal_id = a.id AND (s.closed_on IS NULL OR s.keeping = 'keep' OR {purge_held} ('assignment', s.id))
                        OR EXISTS (SELECT 1 FROM gorod_parts_of(s.id) AS k(id) JOIN assignment o USING (id)
                                   WHERE o.closed_on IS NULL OR o.keeping = 'keep' OR {purge_held} ('assignment', o.id)))))

-- fragment: purge_calls
-- incidents whose term is over and that nothing holds: neither a hold of their own nor one of what came of them, or that it is not closed. $1 the rules
SELECT i.id, i.number, i.closed_at::date AS closed_on, r.rule, i.repeat_of
FROM incident i CROSS JOIN LATERAL (SELECT gorod_keep_rule($1::jsonb->'incident', i.type) AS rule) r
WHERE i.closed_at IS NOT NULL AND gorod_keep_until(i.closed_at::date, r.rule) <= current_date AND NOT {purge_held} ('incident', i.id))
  AND NOT EXISTS (SELECT 1 FROM appeal a WHERE a.id = i.appeal_id AND (a.closed_on IS NULL OR {purge_held} ('appeal', a.id))))
  AND NOT EXISTS (SELECT 1 FROM assignment s WHERE s.id = i.assignment_id AND (s.closed_on IS NULL OR {purge_held} ('assignment', s.id))))
  AND NOT EXISTS (SELECT 1 FROM outage o WHERE o.id = i.outage_id AND {purge_held} ('outage', o.id)))

-- fragment: purge_desk
-- what may go of the duty desk: a first call when its repeats may, an outage when the calls about it may. What never began is as old as it was to begin
WITH calls AS MATERIALIZED ({purge_calls}),
first_calls AS MATERIALIZED (
    SELECT c.* FROM calls c WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.repeat_of = c.id AND i.id NOT IN (SELECT id FROM calls)))
SELECT 'incident' AS record, f.id, f.number, f.closed_on, f.rule FROM first_calls f
UNION ALL
SELECT 'outage', o.id, o.number, e.closed_on, r.rule
FROM outage o CROSS JOIN LATERAL (SELECT gorod_keep_rule($1::jsonb->'outage', o.kind) AS rule) r
CROSS JOIN LATERAL (SELECT coalesce(o.ended_at, o.started_at)::date AS closed_on) e
WHERE o.status IN ('restored', 'cancelled') AND gorod_keep_until(e.closed_on, r.rule) <= current_date AND NOT {purge_held} ('outage', o.id))
  AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.outage_id = o.id AND i.id NOT IN (SELECT id FROM first_calls))

-- fragment: purge_list
-- everything that may go. $1 the rules. An assignment goes with its letters, when no other keeps it; one without letters by its own term.
WITH letters AS MATERIALIZED ({purge_appeals}),
whole AS MATERIALIZED (
SELECT s.id, s.number, s.closed_on, r.rule
FROM assignment s CROSS JOIN LATERAL (SELECT gorod_keep_rule($1::jsonb->'assignment', NULL) AS rule) r
WHERE s.closed_on IS NOT NULL AND s.keeping IS DISTINCT FROM 'keep' AND NOT {purge_held} ('assignment', s.id))
  AND NOT EXISTS (SELECT 1 FROM assignment_appeal x WHERE x.assignment_id = s.id AND x.appeal_id NOT IN (SELECT l.id FROM letters l))
  AND CASE WHEN EXISTS (SELECT 1 FROM assignment_appeal x WHERE x.assignment_id = s.id) THEN true
           ELSE gorod_keep_until(s.closed_on, r.rule) <= current_date
                AND (NOT (r.rule->>'commission')::boolean OR s.keeping IS NOT DISTINCT FROM 'delete')
                AND NOT EXISTS (SELECT 1 FROM gorod_parts_of(s.id) AS k(id) JOIN assignment o USING (id)
                                WHERE o.closed_on IS NULL OR o.keeping = 'keep' OR {purge_held} ('assignment', o.id))) END)
SELECT 'appeal' AS record, l.id, l.number, l.closed_on, l.rule FROM letters l
UNION
SELECT 'assignment', w.id, w.number, w.closed_on, w.rule FROM whole w
UNION
SELECT 'assignment', p.id, p.number, p.closed_on, w.rule FROM whole w CROSS JOIN LATERAL gorod_parts_of(w.id) AS k(id) JOIN assignment p ON p.id = k.id
WHERE p.id NOT IN (SELECT id FROM whole)
UNION ALL
SELECT * FROM ({purge_desk}) desk

-- name: purge_preview
-- ($1 the rules, $2 limit) -> what the deletion would delete: json of the first ones, count, digest of all
WITH due AS MATERIALIZED ({purge_list})
SELECT coalesce((SELECT json_agg(json_build_object('record', d.record, 'id', d.id, 'number', d.number, 'closed', d.closed_on, 'rule', {purge_rule}) ORDER BY d.record, d.id)
                 FROM (SELECT * FROM due ORDER BY record, id LIMIT $2::integer) d), '[]'),
       (SELECT count(*) FROM due), {due_digest};

-- fragment: due_digest
(SELECT md5(coalesce(string_agg(record || ' ' || id, ',' ORDER BY record, id), '')) FROM due)

-- fragment: purge_rule
CASE WHEN d.rule->>'years' IS NULL THEN '' ELSE (d.rule->>'years') || CASE WHEN (d.rule->>'commission')::boolean THEN ' + commission' ELSE '' END END

-- name: purge_digest
-- ($1 the rules) -> digest of the list as it is now
WITH due AS MATERIALIZED ({purge_list}) SELECT {due_digest};

-- name: purge_waiting
-- ($1 the rules) -> how many wait for the commission alone
SELECT count(*) FROM appeal a CROSS JOIN LATERAL (SELECT gorod_keep_rule($1::jsonb->'appeal', a.kind) AS rule) r
WHERE a.closed_on IS NOT NULL AND gorod_keep_until(a.closed_on, r.rule) <= current_date AND (r.rule->>'commission')::boolean AND a.keeping IS NULL;

-- name: purge_lock
-- () nobody registers, holds or reopens until this batch is written
WITH locked AS (SELECT gorod_purge_lock()) SELECT 1 FROM locked;

-- name: purge_act_add
-- ($1 series, $2 year, $3 user) -> id, number
WITH serial AS ({next_number})
INSERT INTO purge_act (number, actor_id) SELECT 'АУ-' || value || '/' || lpad(($2::integer % 100)::text, 2, '0'), $3::bigint FROM serial RETURNING id, number;

-- name: purge_take
-- ($1 the rules, $2 act, $3 limit) -> record, id, number: the next ones of the list, written into the act. Letters come with all that was given out
-- of them: assignments first. Repeats come before the call that they repeat, calls before the outage that they were about.
WITH due AS MATERIALIZED ({purge_list}),
     chosen AS (SELECT * FROM due WHERE record = 'appeal' ORDER BY id LIMIT $3::integer),
     alone AS (SELECT d.* FROM due d WHERE d.record = 'assignment'
                 AND NOT EXISTS (SELECT 1 FROM assignment_appeal x WHERE x.assignment_id = d.id AND x.appeal_id NOT IN (SELECT id FROM chosen))
               ORDER BY d.id DESC LIMIT 10 * $3), -- parts are younger than what they are parts of, and go first
     calls AS (SELECT d.* FROM due d JOIN incident i ON i.id = d.id WHERE d.record = 'incident' ORDER BY i.repeat_of IS NULL, d.id LIMIT 5 * $3),
     outages AS (SELECT d.* FROM due d WHERE d.record = 'outage'
                   AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.outage_id = d.id AND i.id NOT IN (SELECT id FROM calls))
                 ORDER BY d.id LIMIT $3),
     d AS (SELECT * FROM alone UNION ALL SELECT * FROM calls UNION ALL SELECT * FROM outages UNION ALL
           SELECT c.* FROM chosen c WHERE NOT EXISTS (SELECT 1 FROM assignment_appeal x JOIN due o ON o.record = 'assignment' AND o.id = x.assignment_id
                                                      WHERE x.appeal_id = c.id AND o.id NOT IN (SELECT id FROM alone)))
INSERT INTO purge_line (act_id, record, record_id, number, closed_on, rule)
SELECT $2::bigint, d.record, d.id, d.number, d.closed_on, {purge_rule} FROM d ORDER BY d.record DESC, d.id RETURNING record, record_id, number;

-- name: purge_people
-- (appeals[]) -> their authors as one array
SELECT coalesce(array_agg(DISTINCT correspondent_id), '{}') FROM appeal_author WHERE appeal_id = ANY ($1::bigint[]);

-- name: purge_words
-- (appeals[]) -> words that their search bore
SELECT coalesce(array_agg(DISTINCT w.word), '{}') FROM appeal a, unnest(tsvector_to_array(a.search)) AS w(word) WHERE a.id = ANY ($1::bigint[]);

-- name: purge_said
-- (record, ids[]): what was said and changed becomes a hash; comments go, and what was read of them
WITH gone AS (DELETE FROM comment WHERE record = $1::text AND record_id = ANY ($2::bigint[])),
     unread AS (DELETE FROM comment_read WHERE record = $1 AND record_id = ANY ($2)),
     unheld AS (DELETE FROM hold WHERE record = $1 AND record_id = ANY ($2)),
     drafts AS (DELETE FROM draft WHERE screen ~ ('^' || $1 || '\.') AND substring(screen FROM '([0-9]+)$')::bigint = ANY ($2)),
     seen AS (UPDATE access_event SET query = NULL, detail = NULL WHERE record = $1 AND record_id = ANY ($2))
UPDATE event SET comment = NULL, changes = gorod_event_hash(comment, changes)
WHERE record = $1 AND record_id = ANY ($2) AND (comment IS NOT NULL OR changes IS NOT NULL);

-- name: purge_files_said
-- (record, ids[]): the names of their files, of those taken off again, too, stand also in the log of folders and in the log of access
WITH files AS MATERIALIZED (
         SELECT id FROM file WHERE place = $1::text AND place_id = ANY ($2::bigint[])
         UNION
         SELECT (changes #>> '{file,id}')::bigint FROM event WHERE record = $1 AND record_id = ANY ($2) AND changes #> '{file,id}' IS NOT NULL),
     seen AS (UPDATE access_event a SET query = NULL, detail = NULL FROM files f WHERE a.record = 'file' AND a.record_id = f.id)
UPDATE event e SET comment = NULL, changes = gorod_event_hash(e.comment, e.changes)
FROM files f WHERE e.record = 'file' AND e.record_id = f.id AND (e.comment IS NOT NULL OR e.changes IS NOT NULL);

-- name: purge_kept
-- (record, ids[]): what other modules keep about them
WITH gone AS (SELECT gorod_purge_kept($1::text, $2::bigint[])) SELECT 1 FROM gone;

-- name: purge_assignments
WITH reports AS (DELETE FROM assignment_report WHERE assignment_id = ANY ($1::bigint[])),
     parties AS (DELETE FROM assignment_party WHERE assignment_id = ANY ($1)),
     links AS (DELETE FROM assignment_appeal WHERE assignment_id = ANY ($1))
SELECT count(*) FROM assignment WHERE id = ANY ($1);

-- name: purge_assignments_end
DELETE FROM assignment WHERE id = ANY ($1::bigint[]);

-- name: purge_appeal_parts
WITH authors AS (DELETE FROM appeal_author WHERE appeal_id = ANY ($1::bigint[])),
     questions AS (DELETE FROM appeal_question WHERE appeal_id = ANY ($1)),
     links AS (DELETE FROM appeal_link WHERE from_id = ANY ($1) OR to_id = ANY ($1)),
     served AS (DELETE FROM assignment_appeal WHERE appeal_id = ANY ($1)),
     placed AS (DELETE FROM appeal_house WHERE appeal_id = ANY ($1))
SELECT count(*) FROM appeal WHERE id = ANY ($1);

-- name: purge_appeals_end
DELETE FROM appeal WHERE id = ANY ($1::bigint[]);

-- name: purge_desk_lock
-- (incidents[], outages[]) nobody reopens, holds or refers to these until the batch is written
WITH calls AS (SELECT i.id FROM incident i WHERE i.id = ANY ($1::bigint[]) ORDER BY i.id FOR UPDATE),
     outages AS (SELECT o.id FROM outage o WHERE o.id = ANY ($2::bigint[]) ORDER BY o.id FOR UPDATE)
SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM outages);

-- name: purge_desk_changed
-- ($1 the rules, $2 incidents[], $3 outages[]) -> how many of them may not go any more
WITH due AS MATERIALIZED ({purge_desk})
SELECT (SELECT count(*) FROM unnest($2::bigint[]) AS x(id) WHERE x.id NOT IN (SELECT id FROM due WHERE record = 'incident'))
     + (SELECT count(*) FROM unnest($3::bigint[]) AS x(id) WHERE x.id NOT IN (SELECT id FROM due WHERE record = 'outage'));

-- name: purge_caller_traces
-- (incidents[]): what was typed to find those who called, and forms that were begun about them, unless another record still bears the name or phone
WITH gone AS MATERIALIZED (
         SELECT i.caller, i.phone, i.phone_key FROM incident i WHERE i.id = ANY ($1::bigint[])),
     phones AS (SELECT DISTINCT g.phone, g.phone_key FROM gone g
                WHERE g.phone_key <> '' AND NOT EXISTS (SELECT 1 FROM incident o WHERE o.phone_key = g.phone_key AND o.id <> ALL ($1))
                  AND NOT EXISTS (SELECT 1 FROM contact k WHERE k.folded = g.phone_key)),
     words AS (SELECT w.word FROM (SELECT DISTINCT w.word FROM gone g, unnest(gorod_words(g.caller)) AS w(word) WHERE length(w.word) > 3) w
               WHERE NOT EXISTS (SELECT 1 FROM name_word n WHERE n.word = w.word)
                 AND NOT EXISTS (SELECT 1 FROM incident o WHERE o.search @@ plainto_tsquery('russian', w.word) AND o.id <> ALL ($1))),
     begun AS (SELECT DISTINCT left(w.word, n) AS typed FROM words w, generate_series(4, length(w.word)) AS n),
     searches AS (UPDATE access_event a SET query = NULL, detail = NULL
                  WHERE a.query <> '' AND (gorod_phone(a.query) IN (SELECT phone_key FROM phones)
                                           OR EXISTS (SELECT 1 FROM unnest(gorod_words(a.query)) AS q(word) WHERE q.word IN (SELECT typed FROM begun))))
DELETE FROM draft d WHERE EXISTS (SELECT 1 FROM words w WHERE gorod_fold(d.body::text) LIKE '%' || gorod_like(w.word) || '%')
                       OR EXISTS (SELECT 1 FROM phones p WHERE strpos(d.body::text, p.phone) > 0);

-- name: purge_handed_over
-- (incidents[]): what shifts signed for keeps the number, and lets go of the place
UPDATE shift s SET open_items = (
    SELECT jsonb_object_agg(p.part, (SELECT coalesce(jsonb_agg(CASE WHEN x.item->>'record' = 'incident' AND (x.item->>'id')::bigint = ANY ($1::bigint[]) THEN x.item - 'place'
                                                               ELSE x.item END ORDER BY x.n), '[]')
                                     FROM jsonb_array_elements(p.items) WITH ORDINALITY AS x(item, n)))
    FROM jsonb_each(s.open_items) AS p(part, items))
FROM (SELECT min(i.taken_at) AS first_at, max(i.closed_at) AS last_at FROM incident i WHERE i.id = ANY ($1)) t
WHERE s.open_items IS NOT NULL AND s.opened_at <= t.last_at AND coalesce(s.closed_at, now()) >= t.first_at;

-- name: purge_incident_parts
WITH services AS (DELETE FROM incident_service WHERE incident_id = ANY ($1::bigint[]))
DELETE FROM incident_clock WHERE incident_id = ANY ($1);

-- name: purge_incidents_end
DELETE FROM incident WHERE id = ANY ($1::bigint[]);

-- name: purge_outages_end
-- (outages[]): houses and promises go with them
DELETE FROM outage WHERE id = ANY ($1::bigint[]);

-- name: purge_words_end
-- (words[]): those that no card bears any more
DELETE FROM search_word s WHERE s.word = ANY ($1::text[])
   AND NOT EXISTS (SELECT 1 FROM appeal a WHERE a.search @@ to_tsquery('simple', quote_literal(s.word)));

-- name: purge_people_due
-- (people[]) -> those, with who was merged into them, of whom no record is left and nothing holds them
WITH RECURSIVE family AS (
    SELECT c.id FROM correspondent c WHERE c.id = ANY ($1::bigint[])
    UNION
    SELECT c.id FROM family f JOIN correspondent c ON c.merged_into = f.id)
SELECT coalesce(array_agg(f.id), '{}') FROM family f
WHERE NOT EXISTS (SELECT 1 FROM appeal_author x WHERE x.correspondent_id = f.id) AND NOT EXISTS (SELECT 1 FROM appeal a WHERE a.correspondent_id = f.id)
  AND NOT {purge_held} ('correspondent', f.id));

-- name: purge_traces
-- (people[]): what was typed to find them, and forms that were begun about them
WITH named AS (SELECT name FROM correspondent WHERE id = ANY ($1::bigint[])),
     contacts AS (SELECT k.value FROM contact k WHERE k.correspondent_id = ANY ($1)),
     searches AS (UPDATE access_event SET query = NULL, detail = NULL
                  WHERE people && $1 OR EXISTS (SELECT 1 FROM named n, unnest(gorod_words(n.name)) AS w(word)
                                                WHERE length(w.word) > 2 AND gorod_fold(coalesce(query, '')) LIKE '%' || gorod_like(w.word) || '%')),
     answers AS (DELETE FROM idempotency WHERE at < now() - interval '30 days'
                    OR EXISTS (SELECT 1 FROM named n WHERE strpos(answer, n.name) > 0))
DELETE FROM draft d WHERE EXISTS (SELECT 1 FROM named n WHERE strpos(d.body::text, n.name) > 0)
                       OR EXISTS (SELECT 1 FROM contacts k WHERE strpos(d.body::text, k.value) > 0);

-- name: purge_person_words
-- (people[]) -> ids of the words of their names
SELECT coalesce(array_agg(DISTINCT word_id), '{}') FROM correspondent_word WHERE correspondent_id = ANY ($1::bigint[]);

-- name: purge_people_end
-- (people[]): a number stays in place of a person
WITH contacts AS (DELETE FROM contact WHERE correspondent_id = ANY ($1::bigint[])),
     words AS (DELETE FROM correspondent_word WHERE correspondent_id = ANY ($1)),
     consents AS (DELETE FROM consent WHERE correspondent_id = ANY ($1)),
     merges AS (UPDATE correspondent_merge SET moved = '{}', undone_at = coalesce(undone_at, now()) WHERE from_id = ANY ($1) OR into_id = ANY ($1))
UPDATE correspondent SET name = '№ ' || id, address = '', note = '', contact_person = '', social_status = NULL, privilege = NULL, external_id = NULL,
       data_class = 'open', readers = '{}', version = version + 1
WHERE id = ANY ($1);

-- name: purge_name_words_end
-- (word ids[]): those that nobody bears any more
DELETE FROM name_word n WHERE n.id = ANY ($1::bigint[]) AND NOT EXISTS (SELECT 1 FROM correspondent_word w WHERE w.word_id = n.id);

-- name: purge_access
-- (rules of the log of access): its own term
DELETE FROM access_event e USING (SELECT gorod_keep_rule($1::jsonb->'access', NULL) AS rule) r WHERE gorod_keep_until(e.last_at::date, r.rule) <= current_date;

-- name: purge_people_line
-- (act, people[])
INSERT INTO purge_line (act_id, record, record_id, number) SELECT $1::bigint, 'correspondent', p, '№ ' || p FROM unnest($2::bigint[]) p;

-- name: purge_act_get
-- (id or NULL, number) -> json, lines
SELECT json_build_object('id', a.id, 'number', a.number, 'at', a.at, 'actor', a.actor_id, 'actor_name', u.name,
           'lines', coalesce((SELECT json_agg(json_build_object('record', l.record, 'number', l.number, 'closed', l.closed_on, 'rule', l.rule) ORDER BY l.id)
                              FROM purge_line l WHERE l.act_id = a.id), '[]'))
FROM purge_act a LEFT JOIN app_user u ON u.id = a.actor_id WHERE CASE WHEN $1::bigint IS NULL THEN a.number = $2::text ELSE a.id = $1 END;

-- name: purge_act_list
-- (after id, limit, beginning of the number)
SELECT json_build_object('id', a.id, 'number', a.number, 'at', a.at, 'actor_name', u.name,
                         'appeals', (SELECT count(*) FROM purge_line l WHERE l.act_id = a.id AND l.record = 'appeal'),
                         'assignments', (SELECT count(*) FROM purge_line l WHERE l.act_id = a.id AND l.record = 'assignment'),
                         'incidents', (SELECT count(*) FROM purge_line l WHERE l.act_id = a.id AND l.record = 'incident'),
                         'outages', (SELECT count(*) FROM purge_line l WHERE l.act_id = a.id AND l.record = 'outage'),
                         'people', (SELECT count(*) FROM purge_line l WHERE l.act_id = a.id AND l.record = 'correspondent')), a.id
FROM purge_act a LEFT JOIN app_user u ON u.id = a.actor_id WHERE ($1::bigint IS NULL OR a.id < $1) AND ($3::text IS NULL OR gorod_fold(a.number) LIKE '%' || gorod_like($3) || '%')
ORDER BY a.id DESC LIMIT $2::integer;

-- name: purge_act_count
SELECT count(*) FROM purge_act WHERE ($1::text IS NULL OR gorod_fold(number) LIKE '%' || gorod_like($1) || '%');
