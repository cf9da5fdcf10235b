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
                 search) FROM STDIN;

-- name: demo_copy_assignment_appeal
-- copy: yes
COPY assignment_appeal (assignment_id, appeal_id) FROM STDIN;

-- name: demo_copy_assignment_party
-- copy: yes
COPY assignment_party (assignment_id, user_id, role, due, since) FROM STDIN;

-- name: demo_copy_assignment_report
-- copy: yes
COPY assignment_report (assignment_id, author_id, at, text, verdict, verdict_by, verdict_at, verdict_comment) FROM STDIN;

-- name: demo_copy_comment
-- copy: yes
COPY comment (id, record, record_id, author_id, at, text) FROM STDIN;

-- name: demo_copy_comment_read
-- copy: yes
COPY comment_read (user_id, record, record_id, comment_id) FROM STDIN;

-- name: demo_copy_event
-- copy: yes
COPY event (id, at, actor_id, record, record_id, action, version, from_state, to_state, comment, changes) FROM STDIN;
