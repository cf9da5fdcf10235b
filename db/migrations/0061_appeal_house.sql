-- The house that an appeal's address means, where the register has it. Found beside the writers by the core's clock, so that registering does not
-- wait for it, and again for those without a house whenever the register has grown (server/core/clock.c): houses often come after letters.
CREATE TABLE appeal_house (
    appeal_id bigint PRIMARY KEY REFERENCES appeal,
    house_id  bigint REFERENCES house,
    looked    bigint NOT NULL DEFAULT -1     -- the newest house when it was looked for; -1: not yet
);
CREATE INDEX appeal_house_house ON appeal_house (house_id, appeal_id) WHERE house_id IS NOT NULL;
CREATE INDEX appeal_house_waits ON appeal_house (looked, appeal_id) WHERE house_id IS NULL;

-- An address without a digit names no house.
INSERT INTO appeal_house (appeal_id) SELECT id FROM appeal WHERE address ~ '\d';
