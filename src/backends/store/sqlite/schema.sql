-- The ledger and the jobs. Times are Unix milliseconds, money is micro-dollars.
CREATE TABLE jobs (
    id          TEXT PRIMARY KEY,
    dedupe      TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('admitted','generating','generated','delivered','failed','cancelled')),
    guild       TEXT,
    channel     TEXT,
    member      TEXT,
    model       TEXT NOT NULL,
    origin      TEXT NOT NULL,
    request     TEXT NOT NULL,
    parent      TEXT,
    period      TEXT NOT NULL,
    pictures    INTEGER NOT NULL,
    attempted   INTEGER NOT NULL DEFAULT 0,
    attempted_micros INTEGER NOT NULL DEFAULT 0,
    delivered   INTEGER NOT NULL DEFAULT 0,
    reserved_micros INTEGER NOT NULL,
    refusal     TEXT,
    open        INTEGER NOT NULL DEFAULT 1,
    fence       INTEGER NOT NULL DEFAULT 0,
    owner       TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,
    not_before  INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX jobs_open ON jobs (not_before) WHERE open = 1;

CREATE TABLE pictures (
    job      TEXT NOT NULL REFERENCES jobs (id),
    n        INTEGER NOT NULL,
    seed     INTEGER NOT NULL,
    outcome  TEXT,
    sha256   TEXT,
    archived TEXT,
    PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX pictures_sha256 ON pictures (sha256) WHERE sha256 IS NOT NULL;

-- One line for each call of a model, written before the call. `paid` turns 0 only when it is certain that
-- nothing was asked of the model.
CREATE TABLE charges (
    id      INTEGER PRIMARY KEY,
    job     TEXT NOT NULL REFERENCES jobs (id),
    n       INTEGER NOT NULL,
    model   TEXT NOT NULL,
    micros  INTEGER NOT NULL,
    paid    INTEGER NOT NULL DEFAULT 1,
    settled INTEGER NOT NULL DEFAULT 0,
    at      INTEGER NOT NULL
) STRICT;
CREATE INDEX charges_job ON charges (job, n);

-- What a ceiling is held against, by month (UTC).
CREATE TABLE spend (
    scope    TEXT NOT NULL,
    period   TEXT NOT NULL,
    reserved INTEGER NOT NULL DEFAULT 0,
    spent    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, period)
) STRICT, WITHOUT ROWID;
