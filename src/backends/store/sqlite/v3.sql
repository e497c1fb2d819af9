-- The images API: which key a job belongs to.
ALTER TABLE jobs ADD COLUMN api_key TEXT;
