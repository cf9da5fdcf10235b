-- A person on a form: «Смирнова Ольга Андреевна» is «Смирнова О. А.»; what is not three words stays as it is.
CREATE FUNCTION gorod_short(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN regexp_replace(name, '^(\S+)\s+(\S)\S*\s+(\S)\S*$', '\1 \2. \3.');
