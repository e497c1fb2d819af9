-- Sessions that wait to begin in another one's place: there are few, and each start of a session looks for old ones.
CREATE INDEX sessions_waiting ON sessions (started) WHERE waiting = 1;
