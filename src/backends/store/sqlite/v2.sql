-- Servers' rules, members' preferences, sessions, and what each of them spends.
ALTER TABLE jobs ADD COLUMN session TEXT;
ALTER TABLE jobs ADD COLUMN day TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
-- Percent of the server's month that was used once this job was admitted, from 80 on.
ALTER TABLE jobs ADD COLUMN budget_used INTEGER;
UPDATE jobs SET day = strftime('%Y-%m-%d', created_at / 1000, 'unixepoch');
CREATE INDEX jobs_guild ON jobs (guild, period);
CREATE INDEX jobs_session ON jobs (session, created_at) WHERE session IS NOT NULL;

-- Pictures that are under way, and that were delivered.
ALTER TABLE spend ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE spend ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
DELETE FROM spend;
INSERT INTO spend (scope, period, reserved, spent, ordered, delivered)
    SELECT 'deployment', period, sum(reserved_micros), sum(attempted_micros),
           sum(iif(state IN ('delivered', 'failed', 'cancelled'), 0, pictures)), sum(delivered)
    FROM jobs GROUP BY 2;
INSERT INTO spend (scope, period, reserved, spent, ordered, delivered)
    SELECT 'guild:' || guild, period, sum(reserved_micros), sum(attempted_micros),
           sum(iif(state IN ('delivered', 'failed', 'cancelled'), 0, pictures)), sum(delivered)
    FROM jobs WHERE guild IS NOT NULL GROUP BY 1, 2;
INSERT INTO spend (scope, period, reserved, spent, ordered, delivered)
    SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, span, sum(reserved_micros), sum(attempted_micros),
           sum(iif(state IN ('delivered', 'failed', 'cancelled'), 0, pictures)), sum(delivered)
    FROM (SELECT *, period AS span FROM jobs UNION ALL SELECT *, day FROM jobs UNION ALL SELECT *, 'ever' FROM jobs)
    WHERE member IS NOT NULL GROUP BY 1, 2;

-- A refusal names its purse; version 1 had one.
UPDATE pictures SET outcome = json_set(outcome, '$.refusal.purse', 'deployment')
    WHERE outcome ->> '$.refusal.why' = 'budget_used';
UPDATE jobs SET refusal = json_set(refusal, '$.purse', 'deployment') WHERE refusal ->> '$.why' = 'budget_used';

CREATE TABLE policies (
    guild  TEXT PRIMARY KEY,
    policy TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    guild  TEXT NOT NULL,
    number INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    by     TEXT NOT NULL,
    change TEXT NOT NULL,
    undoes INTEGER,
    PRIMARY KEY (guild, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE preferences (
    member   TEXT PRIMARY KEY,
    settings TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id      TEXT PRIMARY KEY,
    guild   TEXT,
    channel TEXT NOT NULL,
    by      TEXT NOT NULL,
    started INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    ended   INTEGER,
    -- 1: it was asked for while another one ran, and begins if that one is ended for it.
    waiting INTEGER NOT NULL DEFAULT 0,
    plan    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_running ON sessions (channel) WHERE ended IS NULL AND waiting = 0;
CREATE INDEX sessions_channel ON sessions (channel, started);

-- What the guardrail held back of a picture: 'prompt' or 'picture'.
ALTER TABLE pictures ADD COLUMN guarded TEXT;
CREATE INDEX pictures_guarded ON pictures (job, guarded) WHERE guarded IS NOT NULL;
