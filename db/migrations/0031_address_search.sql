-- Addresses as people read them, and streets found by their key alone.

CREATE INDEX street_by_key ON street (key);
CREATE INDEX settlement_folded ON settlement (gorod_fold(name));

-- «ул. Ленина», «г. Тутаев»: the short word of the kind (classifier) and the name.
CREATE FUNCTION gorod_place(list text, kind text, name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN name IS NOT NULL THEN concat_ws(' ', (SELECT c.data->>'short' FROM classifier c WHERE c.classifier = list AND c.code = kind), name) END;

-- The whole address of a house: «г. Тутаев, ул. Ленина, 12».
CREATE FUNCTION gorod_address(house bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT concat_ws(', ', gorod_place('settlement_kind', t.kind, t.name), gorod_place('street_kind', s.kind, s.name), h.number)
            FROM house h JOIN settlement t ON t.id = h.settlement_id LEFT JOIN street s ON s.id = h.street_id WHERE h.id = house);

-- Residents: registered ones, else an estimate from the flats (house.residents NULL says that it is one); NULL: nothing is known.
CREATE FUNCTION gorod_residents(residents integer, flats integer, per_flat numeric) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(residents, round(flats * per_flat)::integer);
