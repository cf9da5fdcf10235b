-- The board counts for everybody: what is restricted (0011) is on nobody's.
CREATE OR REPLACE FUNCTION gorod_board_delta(s assignment, step integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO board_delta
    SELECT coalesce(s.controller_id, 0), coalesce(s.unit_id, 0), s.responsible_id, CASE WHEN s.status <> 'reported' THEN s.due END, step
    WHERE s.closed_on IS NULL AND s.status <> 'draft' AND NOT s.restricted
$$;
CREATE OR REPLACE FUNCTION gorod_board_rebuild() RETURNS void LANGUAGE sql AS $$
    DELETE FROM board_count;
    DELETE FROM board_delta;
    INSERT INTO board_delta
    SELECT coalesce(controller_id, 0), coalesce(unit_id, 0), responsible_id, CASE WHEN status <> 'reported' THEN due END, 1
    FROM assignment WHERE closed_on IS NULL AND status <> 'draft' AND NOT restricted
$$;
DROP TRIGGER assignment_board_update ON assignment;
CREATE TRIGGER assignment_board_update AFTER UPDATE ON assignment FOR EACH ROW
    WHEN ((OLD.closed_on IS NULL AND OLD.status <> 'draft' AND NOT OLD.restricted) <> (NEW.closed_on IS NULL AND NEW.status <> 'draft' AND NOT NEW.restricted)
          OR (NEW.closed_on IS NULL AND (OLD.controller_id, OLD.unit_id, OLD.responsible_id, OLD.due, OLD.status = 'reported')
                                         IS DISTINCT FROM (NEW.controller_id, NEW.unit_id, NEW.responsible_id, NEW.due, NEW.status = 'reported')))
    EXECUTE FUNCTION gorod_board_track();
SELECT gorod_board_rebuild();
