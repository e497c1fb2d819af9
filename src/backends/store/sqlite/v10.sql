-- How long the latest pictures of a model took: a JSON list of milliseconds, the oldest first.
CREATE TABLE durations (
    model  TEXT PRIMARY KEY,
    millis TEXT NOT NULL
) STRICT, WITHOUT ROWID;
