-- A job is one document; what it is looked up by lies beside it. Times are Unix milliseconds, money is micro-dollars.
CREATE TABLE jobs_v4 (
    id      TEXT PRIMARY KEY,
    doc     TEXT NOT NULL,
    -- Of what has something to do: 'admitted' or 'begun', and the moment from which it is due.
    queue   TEXT,
    due     INTEGER,
    session TEXT,
    created_at INTEGER NOT NULL,
    -- For people who look into the file; they cost nothing until then.
    state       TEXT GENERATED ALWAYS AS (doc ->> '$.state') VIRTUAL,
    open        INTEGER GENERATED ALWAYS AS (queue IS NOT NULL) VIRTUAL,
    guild       TEXT GENERATED ALWAYS AS (CAST(doc ->> '$.origin.guild' AS TEXT)) VIRTUAL,
    channel     TEXT GENERATED ALWAYS AS (CAST(doc ->> '$.origin.channel' AS TEXT)) VIRTUAL,
    member      TEXT GENERATED ALWAYS AS (CAST(doc ->> '$.origin.member' AS TEXT)) VIRTUAL,
    api_key     TEXT GENERATED ALWAYS AS (doc ->> '$.origin.key') VIRTUAL,
    model       TEXT GENERATED ALWAYS AS (doc ->> '$.request.model') VIRTUAL,
    pictures    INTEGER GENERATED ALWAYS AS (json_array_length(doc, '$.pictures')) VIRTUAL,
    attempted   INTEGER GENERATED ALWAYS AS (json_array_length(doc, '$.charges')) VIRTUAL,
    delivered   INTEGER GENERATED ALWAYS AS (doc ->> '$.delivered') VIRTUAL,
    reserved    INTEGER GENERATED ALWAYS AS (doc ->> '$.reserved') VIRTUAL,
    owner       TEXT GENERATED ALWAYS AS (doc ->> '$.owner') VIRTUAL,
    lease_until INTEGER GENERATED ALWAYS AS (doc ->> '$.lease_until') VIRTUAL
) STRICT;

-- Earlier versions did not keep which order warned that most of a server's month is used: of its orders that were not
-- cancelled, each that found it so while the one before did not.
CREATE TEMP TABLE warned AS
    SELECT id, guild, period, rowid AS number, budget_used IS NOT NULL AS found,
           lag(budget_used IS NOT NULL, 1, 0) OVER (PARTITION BY guild, period ORDER BY rowid) AS found_before
    FROM jobs WHERE guild IS NOT NULL AND state <> 'cancelled';

INSERT INTO jobs_v4 (id, doc, queue, due, session, created_at)
    SELECT id,
           json_object(
               'id', id, 'origin', json(origin), 'request', json(request), 'created', created_at, 'parent', parent,
               'terms', json(terms), 'state', state, 'open', json(iif(open, 'true', 'false')), 'fence', fence,
               'owner', owner, 'lease_until', lease_until, 'not_before', not_before, 'finished_at', finished_at,
               'reserved', reserved_micros, 'delivered', delivered, 'refusal', json(refusal),
               'budget_used', budget_used,
               'crossed', json(iif(EXISTS (SELECT 1 FROM warned w WHERE w.id = j.id AND w.found AND NOT w.found_before),
                                   'true', 'false')),
               'pictures', json((SELECT json_group_array(json_object('seed', seed, 'outcome', json(outcome), 'archived', archived))
                            FROM (SELECT * FROM pictures p WHERE p.job = j.id ORDER BY n))),
               'charges', json((SELECT json_group_array(json_object(
                                      'id', id, 'n', n, 'micros', iif(paid, micros, 0),
                                      'paid', json(iif(paid, 'true', 'false')),
                                      'settled', json(iif(settled, 'true', 'false')), 'at', at))
                           FROM (SELECT * FROM charges c WHERE c.job = j.id ORDER BY id))),
               'writer', 0),
           iif(open, iif(fence = 0, 'admitted', 'begun'), NULL),
           iif(open, iif(fence = 0, created_at, max(lease_until, not_before)), NULL),
           session, created_at
    FROM jobs j;

-- Requests are known for sixty days.
CREATE TABLE requests (
    request TEXT PRIMARY KEY,
    job     TEXT NOT NULL,
    -- Unix seconds.
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_expires ON requests (expires);
INSERT INTO requests (request, job, expires) SELECT dedupe, id, created_at / 1000 + 60 * 86400 FROM jobs;

-- What a limit is held against: by whose it is, and by month or day (UTC) or for ever.
CREATE TABLE accounts (
    scope     TEXT NOT NULL,
    period    TEXT NOT NULL,
    reserved  INTEGER NOT NULL DEFAULT 0,
    spent     INTEGER NOT NULL DEFAULT 0,
    -- Pictures under way, and delivered.
    ordered   INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    -- Calls of a model.
    calls     INTEGER NOT NULL DEFAULT 0,
    -- The job that came with the warning that most of a server's month is used.
    warned_by TEXT,
    PRIMARY KEY (scope, period)
) STRICT, WITHOUT ROWID;
INSERT INTO accounts (scope, period, reserved, spent, ordered, delivered, calls)
    WITH spans AS (
             SELECT 'deployment' AS scope, period AS span, attempted FROM jobs
             UNION ALL SELECT 'guild:' || guild, period, attempted FROM jobs WHERE guild IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, period, attempted
                       FROM jobs WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, day, attempted
                       FROM jobs WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, 'ever', attempted
                       FROM jobs WHERE member IS NOT NULL
             UNION ALL SELECT 'key:' || api_key, period, attempted FROM jobs WHERE api_key IS NOT NULL
             UNION ALL SELECT 'session:' || session, 'ever', attempted FROM jobs WHERE session IS NOT NULL),
         made AS (SELECT scope, span, sum(attempted) AS calls FROM spans GROUP BY 1, 2)
    SELECT s.scope, s.period, reserved, spent, ordered, delivered, coalesce(m.calls, 0)
    FROM spend s LEFT JOIN made m ON m.scope = s.scope AND m.span = s.period;
UPDATE accounts SET warned_by = w.id
    FROM (SELECT guild, period, id,
                 row_number() OVER (PARTITION BY guild, period ORDER BY number DESC) AS latest
          FROM warned WHERE found AND NOT found_before) w,
         (SELECT guild, period, found,
                 row_number() OVER (PARTITION BY guild, period ORDER BY number DESC) AS latest
          FROM warned) l
    WHERE w.latest = 1 AND l.latest = 1 AND l.found AND w.guild = l.guild AND w.period = l.period
      AND accounts.scope = 'guild:' || w.guild AND accounts.period = w.period;
DROP TABLE warned;

-- What was used, by day and month (UTC).
CREATE TABLE usage (
    guild     TEXT NOT NULL,
    month     TEXT NOT NULL,
    day       TEXT NOT NULL,
    member    TEXT NOT NULL,
    model     TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    calls     INTEGER NOT NULL,
    spent     INTEGER NOT NULL,
    PRIMARY KEY (guild, month, day, member, model)
) STRICT, WITHOUT ROWID;
INSERT INTO usage
    SELECT guild, period, day, member, model, sum(delivered), sum(attempted), sum(attempted_micros)
    FROM jobs WHERE guild IS NOT NULL AND member IS NOT NULL GROUP BY guild, period, day, member, model
    HAVING sum(delivered) <> 0 OR sum(attempted) <> 0 OR sum(attempted_micros) <> 0;

-- Pictures by their bytes.
CREATE TABLE digests (
    sha256 TEXT NOT NULL,
    job    TEXT NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (sha256, job, n)
) STRICT, WITHOUT ROWID;
INSERT INTO digests SELECT sha256, job, n FROM pictures WHERE sha256 IS NOT NULL;

-- What a guardrail held back of a server's jobs.
CREATE TABLE blocked (
    guild    TEXT NOT NULL,
    job      TEXT NOT NULL,
    -- 'prompt' or 'picture'.
    stage    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    member   TEXT NOT NULL,
    channel  TEXT NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (guild, job, stage)
) STRICT, WITHOUT ROWID;
INSERT INTO blocked
    SELECT guild, job, guarded, created_at, member, channel, group_concat(category, '; ')
    FROM (SELECT DISTINCT j.guild, p.job, p.guarded, j.created_at, j.member, j.channel,
                 p.outcome ->> '$.refusal.category' AS category
          FROM pictures p JOIN jobs j ON j.id = p.job
          WHERE p.guarded IS NOT NULL AND j.guild IS NOT NULL AND j.member IS NOT NULL AND j.channel IS NOT NULL
          ORDER BY p.job, p.guarded, p.n)
    GROUP BY guild, job, guarded;

DROP TABLE charges;
DROP TABLE pictures;
DROP TABLE spend;
DROP TABLE jobs;
ALTER TABLE jobs_v4 RENAME TO jobs;
CREATE INDEX jobs_due ON jobs (queue, due) WHERE queue IS NOT NULL;
CREATE INDEX jobs_session ON jobs (session, created_at, id) WHERE session IS NOT NULL;

CREATE VIEW pictures AS
    SELECT j.id AS job, p.key AS n, p.value ->> '$.seed' AS seed, p.value -> '$.outcome' AS outcome,
           p.value ->> '$.outcome.sha256' AS sha256, p.value ->> '$.archived' AS archived
    FROM jobs j, json_each(j.doc, '$.pictures') p;
-- One line for each call of a model, written before the call.
CREATE VIEW charges AS
    SELECT j.id AS job, c.value ->> '$.id' AS id, c.value ->> '$.n' AS n, c.value ->> '$.micros' AS micros,
           c.value ->> '$.paid' AS paid, c.value ->> '$.settled' AS settled, c.value ->> '$.at' AS at
    FROM jobs j, json_each(j.doc, '$.charges') c;

-- The moment at which a session ends by itself.
ALTER TABLE sessions ADD COLUMN quiet_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET quiet_at = last + coalesce(plan ->> '$.quiet_hours', 12) * 3600000;
CREATE INDEX sessions_quiet ON sessions (quiet_at) WHERE ended IS NULL AND waiting = 0;
