-- Files hang on outages, too: acts, photos, letters of suppliers.
ALTER TABLE file DROP CONSTRAINT file_place_check;
ALTER TABLE file ADD CONSTRAINT file_place_check CHECK (place IN ('inbox', 'reports', 'appeal', 'assignment', 'outage'));
