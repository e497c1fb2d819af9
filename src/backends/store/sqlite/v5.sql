-- The orders of a key of the images API, by their moment: an id begins with it.
CREATE INDEX jobs_api_key ON jobs (api_key, id) WHERE api_key IS NOT NULL;
