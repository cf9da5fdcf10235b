-- How long a house was without a resource, and how long it may be (Rules of public utilities, decree 354 of 06.05.2011, annex 1). The allowed hours
-- bind the charge, they are no term of repair. They stand in the classifier outage_resource: allowed.CONDITION.{at_once_hours, month_hours}.

-- Of one house and resource between two moments: seconds without, the longest break (whole, though a part of it lies outside), since when the
-- present break lasts, the allowed hours (NULL: none), seconds above what is allowed, whether rules other than the hours hold (special).
-- Intervals that overlap are one, whatever kind they are; a break over midnight of the 1st is cut there. Where outages of different conditions meet
-- the longest allowed one holds. The excess is what exceeds the month or what exceeds each break, whichever is more: no hour counts twice.
CREATE FUNCTION gorod_breaks(asked_house bigint, asked_resource text, first_at timestamptz, last_at timestamptz,
                             OUT off_s bigint, OUT longest_s bigint, OUT since timestamptz, OUT at_once_hours numeric, OUT month_hours numeric,
                             OUT exceeded_s bigint, OUT special boolean) LANGUAGE sql STABLE AS $$
    WITH part AS (
        SELECT tstzrange(oh.off_at, coalesce(oh.restored_at, greatest(now(), oh.off_at))) AS during,
               (k.data->'allowed'->coalesce(o.condition, CASE WHEN h.two_sources AND o.resource = 'electricity' THEN 'two_sources' END, k.data->>'usual')) AS rule
        FROM outage_house oh JOIN outage o ON o.id = oh.outage_id JOIN house h ON h.id = oh.house_id
        LEFT JOIN classifier k ON k.classifier = 'outage_resource' AND k.code = o.resource
        WHERE oh.house_id = asked_house AND o.resource = asked_resource AND o.kind IN ('emergency', 'planned') AND o.status NOT IN ('announced', 'cancelled')
          AND NOT o.resource = ANY (h.without) AND oh.off_at < last_at AND coalesce(oh.restored_at, now()) > first_at),
    allowed AS (
        SELECT max((rule->>'at_once_hours')::numeric) AS once, CASE WHEN bool_and(rule ? 'month_hours') THEN max((rule->>'month_hours')::numeric) END AS month,
               coalesce(bool_or(NOT rule ?| ARRAY['at_once_hours', 'month_hours']), false) AS special, range_agg(during) AS whole
        FROM part),
    counted AS (
        SELECT sum(extract(epoch FROM least(upper(w.r), last_at) - greatest(lower(w.r), first_at))) AS off_s,
               max(extract(epoch FROM upper(w.r) - lower(w.r))) AS longest_s, max(lower(w.r)) FILTER (WHERE upper(w.r) >= now()) AS since,
               sum(greatest(0, extract(epoch FROM least(upper(w.r), last_at) - greatest(lower(w.r) + make_interval(secs => 3600 * a.once::double precision), first_at)))) AS beyond_s
        FROM allowed a, unnest(a.whole) AS w(r))
    SELECT coalesce(c.off_s, 0)::bigint, coalesce(c.longest_s, 0)::bigint, c.since, a.once, a.month,
           CASE WHEN a.special THEN 0 ELSE greatest(coalesce(c.beyond_s, 0), coalesce(c.off_s - 3600 * a.month, 0), 0) END::bigint, a.special
    FROM allowed a, counted c
$$;

-- Seconds as people write them.
CREATE FUNCTION gorod_duration(seconds bigint, language text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN concat_ws(' ', CASE WHEN seconds >= 3600 OR seconds < 60 THEN seconds / 3600 || CASE WHEN language = 'en' THEN ' h' ELSE ' ч' END END,
                     CASE WHEN seconds % 3600 >= 60 THEN seconds % 3600 / 60 || CASE WHEN language = 'en' THEN ' min' ELSE ' мин' END END);

-- The same as in 0025, at a cost that grows with the houses alone: a list of ids is joined, not looked through for each row.
CREATE OR REPLACE FUNCTION gorod_outage_touch(houses bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was outage_off[];
    now outage_off[];
BEGIN
    PERFORM 1 FROM unnest(houses) AS a(id) JOIN house h ON h.id = a.id ORDER BY h.id FOR NO KEY UPDATE OF h;
    WITH gone AS (DELETE FROM outage_off b USING unnest(houses) AS a(id) WHERE b.house_id = a.id RETURNING b.*)
    SELECT array_agg(ROW(g.*)::outage_off) INTO was FROM gone g;
    WITH off AS (
        SELECT oh.house_id, o.resource, v.supplier_id, bool_or(o.kind = 'emergency') AS emergency, bool_or(o.kind = 'planned') AS planned
        FROM unnest(houses) AS a(id) JOIN outage_house oh ON oh.house_id = a.id AND oh.restored_at IS NULL JOIN outage o ON o.id = oh.outage_id
        CROSS JOIN LATERAL (VALUES (0::bigint), (coalesce(o.supplier_id, -1))) AS v(supplier_id)
        WHERE o.status IN ('active', 'partial') AND o.kind IN ('emergency', 'planned')
        GROUP BY 1, 2, 3),
    come AS (
        INSERT INTO outage_off
        SELECT off.house_id, off.resource, off.supplier_id, off.emergency, off.planned, coalesce(h.district_id, s.district_id, 0), h.settlement_id,
               f.residents, CASE WHEN h.residents IS NULL THEN f.residents ELSE 0 END, coalesce(h.flats, 0), f.social
        FROM off JOIN house h ON h.id = off.house_id JOIN settlement s ON s.id = h.settlement_id
        CROSS JOIN LATERAL (SELECT gorod_residents(h, s.residents_per_flat) AS residents,
                                   (SELECT count(*) FROM social_object x WHERE x.house_id = h.id AND x.disabled_at IS NULL)::integer AS social) f
        WHERE NOT off.resource = ANY (h.without)
        RETURNING *)
    SELECT array_agg(ROW(c.*)::outage_off) INTO now FROM come c;
    PERFORM gorod_outage_differ(was, -1) WHERE was IS NOT NULL;
    PERFORM gorod_outage_differ(now, 1) WHERE now IS NOT NULL;
END $$;
-- Counts everything anew, some thousand houses at a time: what was copied in with its triggers off is not counted yet.
CREATE OR REPLACE FUNCTION gorod_outage_rebuild() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    batch bigint[];
BEGIN
    DELETE FROM outage_count;
    DELETE FROM outage_delta;
    DELETE FROM outage_off;
    DELETE FROM outage_place;
    FOR batch IN SELECT array_agg(t.house_id) FROM (
            SELECT x.house_id, row_number() OVER (ORDER BY x.house_id) / 5000 AS part FROM (
                SELECT DISTINCT oh.house_id FROM outage o JOIN outage_house oh ON oh.outage_id = o.id AND oh.restored_at IS NULL
                WHERE o.status IN ('active', 'partial')) x) t GROUP BY t.part LOOP
        PERFORM gorod_outage_touch(batch);
    END LOOP;
    FOR batch IN SELECT array_agg(t.id) FROM (
            SELECT id, row_number() OVER (ORDER BY id) / 1000 AS part FROM outage WHERE status IN ('active', 'partial')) t GROUP BY t.part LOOP
        PERFORM gorod_outage_settle(batch);
    END LOOP;
END $$;
CREATE INDEX outage_place_next ON outage_place (resource, dim, key, promised_at) WHERE NOT broken;
