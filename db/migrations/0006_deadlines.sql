-- Deadlines: days that a region sets itself, by a document of its own.
ALTER TABLE calendar_day ADD COLUMN local boolean NOT NULL DEFAULT false, ADD COLUMN document text NOT NULL DEFAULT '';
ALTER TABLE calendar_day ADD CONSTRAINT calendar_day_local_has_document CHECK (NOT local OR document <> '');
