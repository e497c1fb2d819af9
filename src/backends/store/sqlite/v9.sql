-- The orders of a member, and what was made from a job's pictures, by their moment: an id begins with it.
CREATE INDEX jobs_member ON jobs (member, id) WHERE member IS NOT NULL;
ALTER TABLE jobs ADD COLUMN parent TEXT GENERATED ALWAYS AS (doc ->> '$.parent') VIRTUAL;
CREATE INDEX jobs_parent ON jobs (parent, id) WHERE parent IS NOT NULL;

-- Where pictures are found again: what older files hold is put there by `shelves.rs`.
CREATE TABLE shelves (
    shelf TEXT NOT NULL,
    job   TEXT NOT NULL,
    PRIMARY KEY (shelf, job)
) STRICT, WITHOUT ROWID;
