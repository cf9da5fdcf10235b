-- Classes of data and records of limited access, the log of who saw whom, consents, holds, acts of deletion.

-- A restricted record is seen by those named on it alone: in `readers`, or by work given out of it. The marks are the card's own columns, so
-- that the rights of a list cost no look-up.
ALTER TABLE appeal
    ADD COLUMN data_class text NOT NULL DEFAULT 'common',
    ADD COLUMN readers bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN restricted boolean NOT NULL GENERATED ALWAYS AS (confidential OR data_class IN ('special', 'minors')) STORED;
CREATE INDEX appeal_restricted ON appeal (id) WHERE restricted;
ALTER TABLE correspondent
    ADD COLUMN data_class text NOT NULL DEFAULT 'common',
    ADD COLUMN readers bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN restricted boolean NOT NULL GENERATED ALWAYS AS (data_class IN ('special', 'minors')) STORED;
CREATE INDEX correspondent_restricted ON correspondent (id) WHERE restricted;
ALTER TABLE assignment ADD COLUMN restricted boolean NOT NULL DEFAULT false;
CREATE INDEX assignment_restricted ON assignment (id) WHERE restricted;

-- Work that is given out of a restricted letter tells of it: it is as restricted. By triggers, for no writer may forget it.
CREATE FUNCTION gorod_assignment_restricted(assignment bigint) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (SELECT 1 FROM assignment_appeal x JOIN appeal a ON a.id = x.appeal_id WHERE x.assignment_id = assignment AND a.restricted);
CREATE FUNCTION gorod_restrict_by_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assignment s SET restricted = gorod_assignment_restricted(s.id)
    WHERE s.id = coalesce(NEW.assignment_id, OLD.assignment_id) AND s.restricted <> gorod_assignment_restricted(s.id);
    RETURN NULL;
END $$;
CREATE FUNCTION gorod_restrict_by_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assignment s SET restricted = gorod_assignment_restricted(s.id)
    WHERE s.id IN (SELECT assignment_id FROM assignment_appeal WHERE appeal_id = NEW.id) AND s.restricted <> gorod_assignment_restricted(s.id);
    RETURN NULL;
END $$;
CREATE TRIGGER assignment_restricted AFTER INSERT OR DELETE ON assignment_appeal FOR EACH ROW EXECUTE FUNCTION gorod_restrict_by_link();
CREATE TRIGGER appeal_restricted AFTER UPDATE OF confidential, data_class ON appeal FOR EACH ROW
    WHEN (OLD.restricted IS DISTINCT FROM NEW.restricted) EXECUTE FUNCTION gorod_restrict_by_appeal();

-- Restricted appeals that this user is not named on, and people whom the register shows them nothing of: persons of such a class, and those
-- who are known by such letters alone. Statements ask once (a hashed subplan), whatever the length of their lists.
CREATE FUNCTION gorod_hidden_appeals(reader bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT a.id FROM appeal a
    WHERE a.restricted AND reader <> ALL (a.readers)
      AND NOT EXISTS (SELECT 1 FROM assignment_appeal x JOIN assignment_party p USING (assignment_id)
                      WHERE x.appeal_id = a.id AND p.user_id = reader AND p.role <> 'former') $$;
CREATE FUNCTION gorod_hidden_assignments(reader bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT s.id FROM assignment s
    WHERE s.restricted
      AND NOT EXISTS (SELECT 1 FROM assignment_party p WHERE p.assignment_id = s.id AND p.user_id = reader AND p.role <> 'former')
      AND NOT EXISTS (SELECT 1 FROM assignment_appeal x JOIN appeal a ON a.id = x.appeal_id
                      WHERE x.assignment_id = s.id AND a.restricted AND reader = ANY (a.readers)) $$;
CREATE FUNCTION gorod_hidden_people(reader bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT c.id FROM correspondent c WHERE c.restricted AND reader <> ALL (c.readers)
    UNION
    SELECT h.correspondent_id FROM appeal_author h
    WHERE h.appeal_id IN (SELECT h FROM gorod_hidden_appeals(reader) AS h)
      AND NOT EXISTS (SELECT 1 FROM appeal_author o WHERE o.correspondent_id = h.correspondent_id
                                                      AND o.appeal_id NOT IN (SELECT h FROM gorod_hidden_appeals(reader) AS h)) $$;
-- Who alone may know of a record; NULL when it is not restricted.
CREATE FUNCTION gorod_named(record text, id bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT CASE gorod_named.record
        WHEN 'appeal' THEN (
            SELECT a.readers || ARRAY(SELECT p.user_id FROM assignment_appeal x JOIN assignment_party p USING (assignment_id)
                                      WHERE x.appeal_id = a.id AND p.role <> 'former')
            FROM appeal a WHERE a.id = gorod_named.id AND a.restricted)
        WHEN 'assignment' THEN (
            SELECT ARRAY(SELECT p.user_id FROM assignment_party p WHERE p.assignment_id = s.id AND p.role <> 'former')
                   || ARRAY(SELECT unnest(a.readers) FROM assignment_appeal x JOIN appeal a ON a.id = x.appeal_id WHERE x.assignment_id = s.id AND a.restricted)
            FROM assignment s WHERE s.id = gorod_named.id AND s.restricted)
        WHEN 'correspondent' THEN (
            SELECT c.readers || ARRAY(SELECT unnest(a.readers) FROM appeal_author x JOIN appeal a ON a.id = x.appeal_id WHERE x.correspondent_id = c.id AND a.restricted)
            FROM correspondent c
            WHERE c.id = gorod_named.id
              AND (c.restricted OR EXISTS (SELECT 1 FROM appeal_author x JOIN appeal a ON a.id = x.appeal_id WHERE x.correspondent_id = c.id AND a.restricted)
                                   AND NOT EXISTS (SELECT 1 FROM appeal_author x JOIN appeal a ON a.id = x.appeal_id WHERE x.correspondent_id = c.id AND NOT a.restricted)))
        END $$;

-- ---- classifiers that people edit ----
-- A row that a municipality has edited is not brought up to what ships.
ALTER TABLE classifier
    ADD COLUMN id bigint GENERATED BY DEFAULT AS IDENTITY UNIQUE,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN edited boolean NOT NULL DEFAULT false;
CREATE INDEX classifier_parent ON classifier (classifier, parent) WHERE parent IS NOT NULL;

-- ---- who saw whom (152-FZ) ----
-- Apart from `event`: reads are many, they are no history of a card and nobody follows them live. A card that is read again within ten minutes and
-- a search that is typed on are the same event: `times` counts, `last_at` tells the end, `query` is the longest typed.
CREATE TABLE access_event (
    id        bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    times     integer NOT NULL DEFAULT 1,
    actor_id  bigint NOT NULL,
    action    text NOT NULL,
    record    text NOT NULL,
    record_id bigint,
    query     text,
    people    bigint[] NOT NULL DEFAULT '{}',
    detail    jsonb
);
CREATE INDEX access_event_actor ON access_event (actor_id, id DESC);
CREATE INDEX access_event_record ON access_event (record, record_id, id DESC);
CREATE INDEX access_event_people ON access_event USING gin (people);
CREATE INDEX access_event_at ON access_event (at);

-- Whose data stand on a record.
CREATE FUNCTION gorod_people_of(record text, id bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(CASE gorod_people_of.record
        WHEN 'correspondent' THEN ARRAY[gorod_people_of.id]
        WHEN 'appeal' THEN (SELECT array_agg(x.correspondent_id) FROM appeal_author x WHERE x.appeal_id = gorod_people_of.id)
        WHEN 'assignment' THEN (SELECT array_agg(DISTINCT x.correspondent_id) FROM assignment_appeal y JOIN appeal_author x USING (appeal_id)
                                WHERE y.assignment_id = gorod_people_of.id) END, '{}') $$;

-- `quick`: the read that is noted has no transaction of its own, and its answer does not wait for the disk: what the last half second before a
-- power cut saw may be missing, a failing statement never is.
CREATE FUNCTION gorod_access(quick boolean, actor bigint, act text, rec text, rec_id bigint, typed text, seen bigint[], more jsonb)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    whom bigint[] := coalesce(seen, gorod_people_of(rec, rec_id));
BEGIN
    IF quick THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    UPDATE access_event e SET times = e.times + 1, last_at = clock_timestamp(),
           query = CASE WHEN length(typed) > length(e.query) THEN typed ELSE e.query END,
           people = CASE WHEN e.people @> whom THEN e.people ELSE ARRAY(SELECT DISTINCT p FROM unnest(e.people || whom) p ORDER BY p LIMIT 1000) END
    WHERE e.id = (SELECT l.id FROM access_event l WHERE l.actor_id = actor ORDER BY l.id DESC LIMIT 1 OFFSET 0)
      AND e.action = act AND e.record = rec AND e.record_id IS NOT DISTINCT FROM rec_id AND more IS NULL
      AND e.last_at > clock_timestamp() - CASE WHEN typed IS NULL THEN interval '10 minutes' ELSE interval '10 seconds' END
      AND (typed IS NULL OR (typed = '') = (e.query = '') AND (starts_with(typed, e.query) OR starts_with(e.query, typed)));
    IF NOT FOUND THEN
        INSERT INTO access_event (actor_id, action, record, record_id, query, people, detail) VALUES (actor, act, rec, rec_id, typed, whom, more);
    END IF;
END $$;

-- ---- consents, keeping, holds, acts of deletion ----
CREATE TABLE consent (
    id               bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    correspondent_id bigint NOT NULL REFERENCES correspondent,
    kind             text NOT NULL,
    given_on         date NOT NULL,
    way              text NOT NULL,
    note             text NOT NULL DEFAULT '',
    actor_id         bigint NOT NULL,
    withdrawn_on     date,
    withdrawn_way    text,
    CONSTRAINT consent_withdrawn_after_given CHECK (withdrawn_on >= given_on)
);
CREATE UNIQUE INDEX consent_in_force ON consent (correspondent_id, kind) WHERE withdrawn_on IS NULL;
-- What keeps a record from deletion, whatever its term.
CREATE TABLE hold (
    id         bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    record     text NOT NULL CHECK (record IN ('appeal', 'assignment', 'correspondent')),
    record_id  bigint NOT NULL,
    kind       text NOT NULL,
    reason     text NOT NULL,
    actor_id   bigint NOT NULL REFERENCES app_user,
    at         timestamptz NOT NULL DEFAULT now(),
    lifted_at  timestamptz,
    lifted_by  bigint REFERENCES app_user,
    lift_reason text
);
CREATE UNIQUE INDEX hold_in_force ON hold (record, record_id, kind) WHERE lifted_at IS NULL;
-- The expert commission's decision: NULL none yet, `keep` for ever, `delete` when the term is over.
ALTER TABLE appeal ADD COLUMN keeping text CHECK (keeping IN ('keep', 'delete'));
ALTER TABLE assignment ADD COLUMN keeping text CHECK (keeping IN ('keep', 'delete'));
CREATE INDEX appeal_closed ON appeal (closed_on, id) WHERE closed_on IS NOT NULL;
CREATE INDEX assignment_closed ON assignment (closed_on, id) WHERE closed_on IS NOT NULL;
-- What was deleted, by number, without a word of whose it was.
CREATE TABLE purge_act (
    id       bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    number   text NOT NULL UNIQUE,
    at       timestamptz NOT NULL DEFAULT now(),
    actor_id bigint NOT NULL
);
CREATE TABLE purge_line (
    id        bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    act_id    bigint NOT NULL REFERENCES purge_act,
    record    text NOT NULL,
    record_id bigint NOT NULL,
    number    text NOT NULL,
    closed_on date,
    rule      text NOT NULL DEFAULT ''
);
CREATE INDEX purge_line_act ON purge_line (act_id, id);

-- The years that the first fitting rule names; NULL: for ever. (Its rules are data of a file, so they come with the call.)
CREATE FUNCTION gorod_keep_rule(rules jsonb, kind text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT r FROM jsonb_array_elements(rules) WITH ORDINALITY AS x(r, n)
            WHERE r->'kinds' = 'null' OR kind IS NOT NULL AND r->'kinds' @> to_jsonb(kind) ORDER BY n LIMIT 1);
-- The first day on which a record closed then may go.
CREATE FUNCTION gorod_keep_until(closed date, rule jsonb) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN make_date(extract(year FROM closed)::integer + 1 + (rule->>'years')::integer, 1, 1);
-- What an event said, as a hash: that something happened stays, what it was does not.
CREATE FUNCTION gorod_event_hash(said text, changed jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jsonb_build_object('purged', encode(sha256(convert_to(coalesce(said, '') || coalesce(changed::text, ''), 'UTF8')), 'hex'));
CREATE FUNCTION gorod_purge_lock() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE appeal, assignment, assignment_appeal, appeal_author, hold IN SHARE ROW EXCLUSIVE MODE;
END $$;
-- Everything below an assignment. (Parts came with another migration than this one: the column is asked for when it is needed.)
CREATE FUNCTION gorod_parts_of(whole bigint) RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'assignment'::regclass AND attname = 'parent_id' AND NOT attisdropped) THEN
        RETURN QUERY EXECUTE 'WITH RECURSIVE below AS (SELECT id FROM assignment WHERE parent_id = $1
                              UNION SELECT s.id FROM below b JOIN assignment s ON s.parent_id = b.id) SELECT id FROM below' USING whole;
    END IF;
END $$;
-- What other modules keep about these records: asked extensions, files (their contents when no other name holds them), notices and letters.
CREATE FUNCTION gorod_purge_kept(rec text, ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF rec = 'assignment' AND to_regclass('extension_request') IS NOT NULL THEN
        EXECUTE 'DELETE FROM extension_request WHERE assignment_id = ANY ($1)' USING ids;
    END IF;
    IF to_regclass('file') IS NOT NULL THEN
        EXECUTE 'CREATE TEMP TABLE IF NOT EXISTS purged_blob (id bigint) ON COMMIT DROP';
        EXECUTE 'WITH gone AS (DELETE FROM file WHERE place = $1 AND place_id = ANY ($2) RETURNING blob_id)
                 INSERT INTO purged_blob SELECT blob_id FROM gone' USING rec, ids;
        EXECUTE 'DELETE FROM file_chunk k USING purged_blob b WHERE k.blob_id = b.id AND NOT EXISTS (SELECT 1 FROM file f WHERE f.blob_id = b.id)';
        EXECUTE 'DELETE FROM file_blob k USING purged_blob b WHERE k.id = b.id AND NOT EXISTS (SELECT 1 FROM file f WHERE f.blob_id = b.id)';
        EXECUTE 'DELETE FROM purged_blob';
    END IF;
    IF to_regclass('notification') IS NOT NULL THEN
        EXECUTE 'DELETE FROM mail WHERE kind = ''digest'' AND created_at < now() - interval ''30 days''
                    OR notification_id IN (SELECT n.id FROM notification n JOIN event e ON e.id = n.event_id WHERE e.record = $1 AND e.record_id = ANY ($2))' USING rec, ids;
        EXECUTE 'DELETE FROM notification n USING event e WHERE e.id = n.event_id AND e.record = $1 AND e.record_id = ANY ($2)' USING rec, ids;
    END IF;
END $$;
