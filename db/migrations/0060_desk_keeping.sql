-- Incidents and outages are kept for a term, and can be held, like appeals.
ALTER TABLE hold DROP CONSTRAINT hold_record_check;
ALTER TABLE hold ADD CONSTRAINT hold_record_check CHECK (record IN ('appeal', 'assignment', 'correspondent', 'incident', 'outage'));
CREATE INDEX incident_closed ON incident (closed_at, id) WHERE closed_at IS NOT NULL;
