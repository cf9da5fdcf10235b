-- Text search whose cost does not grow with the register: the newest cards that hold a word are found without fetching all that do.
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Every word (stem) of letters that any appeal holds. A beginning that is typed is spelled out by it to the words it may become: GIN finds
-- words at once, but for a beginning it collects every card of every such word first.
CREATE TABLE search_word (word text COLLATE "C" PRIMARY KEY);
INSERT INTO search_word SELECT word FROM ts_stat('SELECT search FROM appeal') WHERE word ~ '^[[:alpha:]]+$';

-- With the slice of the register (8,192 cards) in the same index, a search goes back slice by slice and stops when it has enough.
DROP INDEX appeal_search;
CREATE INDEX appeal_search ON appeal USING gin ((id >> 13), search);
