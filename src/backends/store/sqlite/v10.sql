-- How long the latest pictures of a model took: a JSON list of milliseconds, the oldest first.
CREATE TABLE durations (
    model  TEXT PRIMARY KEY,
    millis TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The turn of the next order, if something is under way then.
ALTER TABLE accounts ADD COLUMN next_turn INTEGER NOT NULL DEFAULT 0;
