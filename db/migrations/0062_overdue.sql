-- What is overdue is found among the open appeals alone, and counted without looking at a card. The newest of a large register are never overdue
-- yet: a walk back over all of them passed every card of a month before the first that was.

-- With what decides who sees a card, so that the total is read from the index.
DROP INDEX appeal_open_due;
CREATE INDEX appeal_open_due ON appeal (due, id) INCLUDE (restricted, registrar_id, considering_id, unit_id, readers) WHERE closed_on IS NULL;
-- Newest first; the date is compared inside the index.
CREATE INDEX appeal_open_new ON appeal (id, due) WHERE closed_on IS NULL;
