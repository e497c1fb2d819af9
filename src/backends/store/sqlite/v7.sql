-- The job of the last picture that a member got in a channel.
CREATE TABLE latest (
    channel TEXT NOT NULL,
    member TEXT NOT NULL,
    job TEXT NOT NULL,
    PRIMARY KEY (channel, member)
) STRICT, WITHOUT ROWID;
