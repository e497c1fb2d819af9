-- The orders of a member, and what was made from a job's pictures, by their moment: an id begins with it.
CREATE INDEX jobs_member ON jobs (member, id) WHERE member IS NOT NULL;
ALTER TABLE jobs ADD COLUMN parent TEXT GENERATED ALWAYS AS (doc ->> '$.parent') VIRTUAL;
CREATE INDEX jobs_parent ON jobs (parent, id) WHERE parent IS NOT NULL;
