-- What version 3 left in the tables of schema.sql, v2.sql and v3.sql: all of it ordered on 2026-11-22 at 12:00.
INSERT INTO jobs (id, dedupe, state, guild, channel, member, model, origin, request, period, day, pictures, attempted,
                  attempted_micros, delivered, reserved_micros, open, fence, created_at, finished_at, session, terms,
                  budget_used, api_key)
    WITH old (id, state, guild, member, key, pictures, attempted, delivered, session, budget_used) AS (VALUES
        -- It warned, the next one knew, and one that was cancelled says nothing.
        ('00000000000000000000000001', 'delivered', '11', '3', NULL, 1, 1, 1, NULL, 80),
        ('00000000000000000000000002', 'delivered', '11', '4', NULL, 1, 1, 1, '00000000000000000000000009', 90),
        ('00000000000000000000000003', 'cancelled', '11', '4', NULL, 1, 0, 0, NULL, 100),
        -- A guardrail held its pictures back.
        ('00000000000000000000000004', 'failed',    '12', '3', NULL, 3, 3, 0, NULL, NULL),
        ('00000000000000000000000005', 'delivered', NULL, NULL, 'website', 1, 1, 1, NULL, NULL))
    SELECT id, iif(key IS NULL, 'discord:', 'api:website:') || id, state, guild, iif(key IS NULL, '2', NULL), member, 'core',
           iif(key IS NULL,
               json_object('via', 'discord', 'interaction', CAST(id AS INTEGER), 'application', 1, 'token', '',
                           'guild', CAST(guild AS INTEGER), 'channel', 2, 'member', CAST(member AS INTEGER),
                           'private', json('false'), 'file_limit', 10485760,
                           'session', json(iif(session IS NULL, 'null', '{"id":"' || session || '","title":"Owls"}'))),
               json_object('via', 'api', 'key', key, 'each', 40000, 'repeat', json_object('id', id, 'body', 'ab'))),
           json_object('prompt', 'a cat', 'negative', NULL, 'model', 'core', 'aspect', '16:9', 'style', NULL,
                       'style_as_words', json('false'), 'seeds', json(iif(pictures = 1, '[5]', '[5,6,7]')), 'image', NULL,
                       'cfg', NULL, 'steps', NULL, 'private', json('false')),
           '2026-11', '2026-11-22', pictures, attempted, attempted * 40000, delivered, 0, 0, 1, 1795348800000,
           1795348809000, session, '{"in_flight":null,"daily":null,"ceilings":[{"purse":"guild","limit":100000}]}',
           budget_used, key
    FROM old;

INSERT INTO pictures (job, n, seed, outcome, sha256, archived, guarded) VALUES
    ('00000000000000000000000001', 0, 5, '{"is":"painted","seed":5,"sha256":"aa","bytes":3}', 'aa', 'a-0.png', NULL),
    ('00000000000000000000000002', 0, 5, '{"is":"painted","seed":5,"sha256":"bb","bytes":3}', 'bb', 'b-0.png', NULL),
    ('00000000000000000000000003', 0, 5, NULL, NULL, NULL, NULL),
    ('00000000000000000000000004', 0, 5, '{"is":"refused","refusal":{"why":"guarded_picture","category":"violence"}}', NULL, NULL, 'picture'),
    ('00000000000000000000000004', 1, 6, '{"is":"refused","refusal":{"why":"guarded_picture","category":"hate"}}', NULL, NULL, 'picture'),
    ('00000000000000000000000004', 2, 7, '{"is":"refused","refusal":{"why":"guarded_picture","category":"violence"}}', NULL, NULL, 'picture'),
    ('00000000000000000000000005', 0, 5, '{"is":"painted","seed":5,"sha256":"ee","bytes":3}', 'ee', 'e-0.png', NULL);

INSERT INTO charges (job, n, model, micros, paid, settled, at) VALUES
    ('00000000000000000000000001', 0, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000002', 0, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000004', 0, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000004', 1, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000004', 2, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000005', 0, 'core', 40000, 1, 1, 1795348801000);

INSERT INTO spend (scope, period, reserved, spent, ordered, delivered) VALUES
    ('deployment', '2026-11', 0, 240000, 0, 3),
    ('guild:11', '2026-11', 0, 80000, 0, 2),
    ('guild:12', '2026-11', 0, 120000, 0, 0),
    ('key:website', '2026-11', 0, 40000, 0, 1),
    ('session:00000000000000000000000009', 'ever', 0, 40000, 0, 1);

INSERT INTO sessions (id, guild, channel, by, started, last, waiting, plan) VALUES
    ('00000000000000000000000009', '11', '2', '4', 1795345200000, 1795348800000, 0, '{"title":"Owls","quiet_hours":2}');

PRAGMA user_version = 3;
