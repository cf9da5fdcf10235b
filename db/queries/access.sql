-- Who saw whom: the log of access (152-FZ).

-- name: access_add
-- (quick, actor, action, record, id, query or NULL, people[] or NULL: those of the record, detail)
WITH noted AS (SELECT gorod_access($1::boolean, $2::bigint, $3::text, $4::text, $5::bigint, $6::text, $7::bigint[], $8::jsonb)) SELECT 1 FROM noted;

-- name: access_people
-- (appeals[]) -> their authors as one array
SELECT coalesce(array_agg(DISTINCT correspondent_id), '{}') FROM appeal_author WHERE appeal_id = ANY ($1::bigint[]);

-- fragment: access_filters
-- $1 user who asks $2 person $3 actor $4 action $5 record $6 record id $7 from $8 to $9 words: of what was typed, or of who looked $10 whether names
-- may be told
    ($2::bigint IS NULL OR e.people @> ARRAY[$2]) AND ($3::bigint IS NULL OR e.actor_id = $3) AND ($4::text IS NULL OR e.action = $4)
AND ($5::text IS NULL OR e.record = $5) AND ($6::bigint IS NULL OR e.record_id = $6)
AND ($9::text IS NULL OR $10::boolean AND gorod_fold(coalesce(e.query, '')) LIKE '%' || gorod_like($9) || '%'
     OR e.actor_id IN (SELECT w.id FROM app_user w WHERE gorod_fold(w.name) LIKE '%' || gorod_like($9) || '%'))
AND ($7::date IS NULL OR e.last_at >= $7) AND ($8::date IS NULL OR e.at < $8::date + 1)
-- of restricted records those named on them hear, and the machine's own administrator, who answers a person's request
AND ($1::bigint = 1 OR CASE e.record WHEN 'appeal' THEN e.record_id IS NULL OR e.record_id NOT IN (SELECT h FROM gorod_hidden_appeals($1) AS h)
                                     WHEN 'assignment' THEN e.record_id NOT IN (SELECT h FROM gorod_hidden_assignments($1) AS h)
                                     WHEN 'correspondent' THEN e.record_id IS NULL OR e.record_id NOT IN (SELECT h FROM gorod_hidden_people($1) AS h) ELSE true END)
AND ($2::bigint IS NULL OR $1 = 1 OR $2 NOT IN (SELECT h FROM gorod_hidden_people($1) AS h))

-- name: access_list
-- plan: custom
-- ... $11 after id, $12 limit -> json, id; newest first
SELECT json_build_object('id', e.id, 'at', e.at, 'last_at', e.last_at, 'times', e.times, 'actor', e.actor_id, 'actor_name', u.name, 'action', e.action,
           'record', e.record, 'record_id', e.record_id,
           'number', CASE e.record WHEN 'appeal' THEN (SELECT a.number FROM appeal a WHERE a.id = e.record_id)
                                   WHEN 'assignment' THEN (SELECT s.number FROM assignment s WHERE s.id = e.record_id)
                                   WHEN 'incident' THEN (SELECT i.number FROM incident i WHERE i.id = e.record_id) END,
           'query', CASE WHEN $10::boolean THEN e.query END,
           'people', (SELECT count(*) FROM unnest(e.people) p WHERE $1 = 1 OR p NOT IN (SELECT h FROM gorod_hidden_people($1) AS h)),
           'names', CASE WHEN $10 THEN (SELECT string_agg(n.name, ', ') FROM (
                        SELECT c.name FROM correspondent c WHERE c.id = ANY (e.people) AND ($1 = 1 OR c.id NOT IN (SELECT h FROM gorod_hidden_people($1) AS h))
                        ORDER BY c.id = $2 DESC, c.id LIMIT 5) n) END,
           'detail', CASE WHEN $10 THEN e.detail END),
       e.id
FROM access_event e LEFT JOIN app_user u ON u.id = e.actor_id
WHERE {access_filters} AND ($11::bigint IS NULL OR e.id < $11)
ORDER BY e.id DESC LIMIT $12::integer;

-- name: access_count
-- plan: custom
SELECT count(*) FROM (SELECT 1 FROM access_event e WHERE {access_filters} LIMIT 10001) n;
