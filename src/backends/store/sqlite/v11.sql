-- Members who are to be forgotten, and the moment from which somebody may go on with it.
CREATE TABLE forgetting (
    member TEXT PRIMARY KEY,
    doc    TEXT NOT NULL,
    due    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Something was erased, and may still be read from pages of this file: `turn` grows with each erasure.
CREATE TABLE unwiped (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    turn INTEGER NOT NULL
) STRICT;

-- Orders by their moment, of which something is left.
ALTER TABLE jobs ADD COLUMN erased INTEGER GENERATED ALWAYS AS (doc -> '$.erasure' IS NOT NULL) VIRTUAL;
CREATE INDEX jobs_kept ON jobs (id) WHERE erased = 0;
