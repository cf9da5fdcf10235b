-- The production calendar and the terms counted over it.

-- name: calendar_put
-- ($1 days as JSON [{date, kind, note}], $2 local, $3 document): what is said of these days from now on
INSERT INTO calendar_day (date, kind, note, local, document)
SELECT r.date, r.kind, r.note, $2::boolean, $3::text FROM json_to_recordset($1::json) AS r(date date, kind text, note text)
ON CONFLICT (date) DO UPDATE SET kind = excluded.kind, note = excluded.note, local = excluded.local, document = excluded.document;

-- name: calendar_local_days
-- ($1 year) -> dates that the region set itself: the country's calendar does not change them
SELECT date FROM calendar_day WHERE local AND date >= make_date($1::integer, 1, 1) AND date < make_date($1 + 1, 1, 1) ORDER BY date;

-- name: calendar_verify
-- ($1 year): its calendar is known -> a row when it was not before
INSERT INTO calendar_year (year) VALUES ($1::integer) ON CONFLICT (year) DO UPDATE SET verified = true WHERE NOT calendar_year.verified RETURNING year;

-- name: calendar_day_facts
-- ($1 date) -> whether the region set it, by which document
SELECT local, document FROM calendar_day WHERE date = $1::date;

-- name: calendar_lock
-- Two changes of the calendar go one after the other: each counts over what the other left.
SELECT pg_advisory_xact_lock(hashtext('gorod.calendar'));

-- name: appeal_term
-- ($1 user, $2 sees all, $3 units, $4 id) -> number, due, nominal, rule, received, registered
SELECT a.number, a.due, a.due_nominal, a.due_rule, a.received, a.registered FROM appeal a WHERE a.id = $4::bigint AND {appeal_visible};

-- name: assignment_term
-- ($1 user, $2 sees all, $3 units, $4 id) -> number, due, nominal, rule, signed, signed
SELECT s.number, s.due, s.due_nominal, s.due_rule, {assignment_signed}, {assignment_signed} FROM assignment s WHERE s.id = $4::bigint AND {assignment_visible};

-- fragment: assignment_signed
coalesce(s.issued_at, s.created_at)::date

-- name: recount_appeals
-- plan: custom
-- ($1 after id, $2 $3 nominal days between, $4 rules whose nominal day may move, $5 their latest event) -> id, number, due, nominal, rule, received, registered; locked
SELECT a.id, a.number, a.due, a.due_nominal, a.due_rule, a.received, a.registered FROM appeal a
WHERE a.closed_on IS NULL AND a.due IS NOT NULL AND a.id > $1::bigint
  AND (a.due_nominal BETWEEN $2::date AND $3::date OR (a.due_rule = ANY ($4::text[]) AND a.received <= $5::date))
ORDER BY a.id LIMIT 500 FOR UPDATE;

-- name: recount_assignments
-- plan: custom
SELECT s.id, s.number, s.due, s.due_nominal, s.due_rule, {assignment_signed}, {assignment_signed} FROM assignment s
WHERE s.closed_on IS NULL AND s.id > $1::bigint
  AND (s.due_nominal BETWEEN $2::date AND $3::date OR (s.due_rule = ANY ($4::text[]) AND s.created_at::date <= $5::date))
ORDER BY s.id LIMIT 500 FOR UPDATE;

-- fragment: recount_rows
-- $1 ids, $2 dates, $3 nominal dates, $4 actor, $5 why
unnest($1::bigint[], $2::date[], $3::date[]) AS n(id, due, nominal)

-- fragment: recount_events
INSERT INTO event (actor_id, record, record_id, action, version, comment, changes)
SELECT $4::bigint, m.record, m.id, 'recount', m.version, $5::text, jsonb_build_object('due', jsonb_build_object('from', m.old_due, 'to', m.due)) FROM moved m

-- name: recount_appeals_write
WITH old AS (SELECT a.id, a.due AS old_due FROM appeal a WHERE a.id = ANY ($1)),
     moved AS (UPDATE appeal a SET due = n.due, due_nominal = n.nominal, version = a.version + 1 FROM {recount_rows} JOIN old USING (id)
               WHERE a.id = n.id RETURNING 'appeal' AS record, a.id, a.version, old.old_due, a.due)
{recount_events};

-- name: recount_assignments_write
WITH old AS (SELECT s.id, s.due AS old_due FROM assignment s WHERE s.id = ANY ($1)),
     moved AS (UPDATE assignment s SET due = n.due, due_nominal = n.nominal, version = s.version + 1 FROM {recount_rows} JOIN old USING (id)
               WHERE s.id = n.id RETURNING 'assignment' AS record, s.id, s.version, old.old_due, s.due)
{recount_events};
