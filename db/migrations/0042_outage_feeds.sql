-- Feeds of outages: what a source showed last. A snapshot that is older than the last one taken adds nothing.
CREATE TABLE outage_feed (
    source      text PRIMARY KEY CHECK (source <> ''),
    snapshot_at timestamptz NOT NULL
);
ALTER TABLE outage ADD COLUMN seen_at timestamptz; -- the last snapshot that showed it
CREATE INDEX outage_feed_open ON outage (source, seen_at) WHERE source IS NOT NULL AND status IN ('announced', 'active', 'partial');
