-- Within the town a phone is said without its code: numbers are found by their ends, too.
CREATE INDEX contact_local ON contact (reverse(folded) text_pattern_ops);
