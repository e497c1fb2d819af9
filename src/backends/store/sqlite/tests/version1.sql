-- What version 1 left in the tables of schema.sql when it was stopped in the last minute of November.
INSERT INTO jobs (id, dedupe, state, guild, channel, member, model, origin, request, period, pictures, attempted,
                  attempted_micros, delivered, reserved_micros, open, fence, owner, lease_until, created_at, finished_at)
    WITH old (id, state, guild, member, period, pictures, attempted, spent, delivered, reserved, open, fence, created_at) AS (VALUES
        -- 2026-11-22 12:00: one picture of two; the other's second call did not fit under the budget.
        ('00000000000000000000000001', 'delivered', 11, 3, '2026-11', 2, 2,  80000, 1,     0, 0, 1, 1795348800000),
        -- 2026-11-30 23:59:59.999: one picture is painted, the other one is not.
        ('00000000000000000000000002', 'generating', 11, 3, '2026-11', 2, 1, 40000, 0, 40000, 1, 1, 1796083199999),
        -- 2026-12-01 00:00, in a private conversation: nobody has begun.
        ('00000000000000000000000003', 'admitted', NULL, 4, '2026-12', 1, 0,     0, 0, 40000, 1, 0, 1796083200000),
        -- Delivered while the archive was out of reach.
        ('00000000000000000000000004', 'delivered', 11, 4, '2026-11', 1, 1,  40000, 1,     0, 1, 1, 1795348800000),
        ('00000000000000000000000005', 'failed',    12, 3, '2026-11', 1, 2,  80000, 0,     0, 0, 1, 1795348800000),
        ('00000000000000000000000006', 'cancelled', 12, 3, '2026-11', 4, 0,      0, 0,     0, 0, 0, 1795348800000))
    SELECT id, 'discord:' || id, state, guild, 2, member, 'core',
           json_object('via', 'discord', 'interaction', CAST(id AS INTEGER), 'application', 1,
                       'token', iif(open, 'secret-canary', ''), 'guild', guild, 'channel', 2, 'member', member,
                       'private', json('false'), 'file_limit', 10485760),
           json_object('prompt', 'a cat', 'negative', NULL, 'model', 'core', 'aspect', '16:9', 'style', 'anime',
                       'style_as_words', json('false'), 'seeds', json(iif(pictures = 1, '[5]', '[5,6]')), 'image', NULL,
                       'cfg', NULL, 'steps', NULL, 'private', json('false')),
           period, pictures, attempted, spent, delivered, reserved, open, fence, iif(fence = 1, '4711-0badcafe', NULL),
           iif(open AND fence = 1, 1796083259999, 0), created_at, iif(delivered, created_at + 9000, NULL)
    FROM old;

-- From the shell.
INSERT INTO jobs (id, dedupe, state, model, origin, request, period, pictures, attempted, attempted_micros, delivered,
                  reserved_micros, open, fence, created_at, finished_at)
    SELECT '00000000000000000000000007', 'shell:00000000000000000000000007', 'delivered', 'core', '{"via":"shell"}', request,
           '2026-11', 1, 1, 40000, 1, 0, 0, 1, 1795348800000, 1795348809000
    FROM jobs WHERE id = '00000000000000000000000004';

INSERT INTO pictures (job, n, seed, outcome, sha256, archived) VALUES
    ('00000000000000000000000001', 0, 5, '{"is":"painted","seed":5,"sha256":"aa","bytes":3}', 'aa', '11/2/2026/11/22/a-0.png'),
    ('00000000000000000000000001', 1, 6,
     '{"is":"refused","refusal":{"why":"budget_used","limit":200000,"used":200000,"free_at":1796083200}}', NULL, NULL),
    ('00000000000000000000000002', 0, 5, '{"is":"painted","seed":5,"sha256":"bb","bytes":3}', 'bb', NULL),
    ('00000000000000000000000002', 1, 6, NULL, NULL, NULL),
    ('00000000000000000000000003', 0, 5, NULL, NULL, NULL),
    ('00000000000000000000000004', 0, 5, '{"is":"painted","seed":5,"sha256":"cc","bytes":3}', 'cc', NULL),
    ('00000000000000000000000005', 0, 5, '{"is":"refused","refusal":{"why":"model_failed"}}', NULL, NULL),
    ('00000000000000000000000006', 0, 5, NULL, NULL, NULL),
    ('00000000000000000000000007', 0, 5, '{"is":"painted","seed":5,"sha256":"dd","bytes":3}', 'dd', 'shell/a-0.png');

INSERT INTO charges (job, n, model, micros, paid, settled, at) VALUES
    ('00000000000000000000000001', 0, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000001', 1, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000002', 0, 'core', 40000, 1, 1, 1796083199999),
    ('00000000000000000000000004', 0, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000005', 0, 'core', 40000, 1, 1, 1795348801000),
    ('00000000000000000000000005', 0, 'core', 40000, 1, 1, 1795348802000),
    ('00000000000000000000000007', 0, 'core', 40000, 1, 1, 1795348801000);

INSERT INTO spend (scope, period, reserved, spent) VALUES
    ('deployment', '2026-11', 40000, 280000),
    ('deployment', '2026-12', 40000, 0);

PRAGMA user_version = 1;
