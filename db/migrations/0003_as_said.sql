-- Within the town a phone is said without its code: numbers are found by their ends, too.
CREATE INDEX contact_local ON contact (reverse(folded) text_pattern_ops);
-- A number is said without the letters of its series.
CREATE INDEX appeal_serial ON appeal (serial, id);
CREATE INDEX assignment_serial ON assignment (serial, id);
-- «дом 12/3» is two numbers: the parser of PostgreSQL would take it for the path of a file, which «12 3» does not find.
CREATE OR REPLACE FUNCTION gorod_appeal_search(number text, subject text, body text, address text, author text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('russian', number || ' ' || translate(subject, '/\', '  ')), 'A')
           || setweight(to_tsvector('russian', translate(address, '/\', '  ')), 'B')
           || setweight(to_tsvector('russian', translate(left(body, 100000), '/\', '  ')), 'C') || to_tsvector('russian', author);

-- A draft comes back as it was sent: jsonb writes 1e300 as three hundred digits, which no client reads.
ALTER TABLE draft ALTER COLUMN body TYPE json USING body::text::json;
