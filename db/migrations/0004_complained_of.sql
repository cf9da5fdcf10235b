-- Officials whom a complaint is about: it must not be given to them without a reason (59-FZ art. 8 part 6).
ALTER TABLE appeal ADD COLUMN complained_of bigint[] NOT NULL DEFAULT '{}';
