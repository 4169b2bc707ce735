-- The coast, those who act, and the log that everything else follows.
--
-- Instants are milliseconds since 1970 in UTC: both databases keep, sort and compare them alike, which they do not for
-- their own types of time. What rules and look-ups ask for is a column; what is only shown is JSON in `data`.

-- One row for each thing changed, in the order of the commits. `seq` is given by the one who writes, under a lock, so
-- that it has no gaps and nobody who follows it can miss a row that commits late.
CREATE TABLE change_log (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    layer TEXT NOT NULL,
    thing_id BLOB NOT NULL,
    act TEXT NOT NULL,
    why TEXT,
    -- Who, and what they were then; nobody for the service itself. Never shown to others.
    person_id BLOB,
    role TEXT,
    -- The thing after the change; nothing when it is gone, or is the whole shoreline.
    data TEXT
) STRICT;
-- The history of one thing.
CREATE INDEX change_log_thing ON change_log (thing_id, seq);

-- A shoreline segment. `line` is pairs of little-endian i32, lon and lat in 1e-7 degrees: a tenth of the size of text,
-- and equal places are equal bytes. A retired one is kept, because stories hang on its id.
CREATE TABLE segment (
    id BLOB PRIMARY KEY,
    line BLOB NOT NULL,
    retired_at INTEGER
) STRICT, WITHOUT ROWID;

-- Pieces of land, only to be drawn; replaced as a whole with the shoreline.
CREATE TABLE land (
    id INTEGER PRIMARY KEY,
    data TEXT NOT NULL
) STRICT;

CREATE TABLE area (
    id BLOB PRIMARY KEY,
    data TEXT NOT NULL
) STRICT;

CREATE TABLE zone (
    id BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;

CREATE TABLE closure (
    id BLOB PRIMARY KEY,
    data TEXT NOT NULL
) STRICT;

CREATE TABLE organisation (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    -- The code of the municipality it may decide for.
    municipality TEXT
) STRICT;

-- Everyone who acts, with or without an account: a volunteer has no name here.
CREATE TABLE person (
    id BLOB PRIMARY KEY,
    role TEXT NOT NULL,
    organisation_id BLOB REFERENCES organisation (id),
    created_at INTEGER NOT NULL
) STRICT;

-- The secret itself is only in the cookie; a stolen table opens nothing.
CREATE TABLE session (
    secret_hash BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    until_at INTEGER NOT NULL
) STRICT;

-- A one-time link that makes whoever opens it a member of an organisation.
CREATE TABLE invite (
    secret_hash BLOB PRIMARY KEY,
    organisation_id BLOB NOT NULL REFERENCES organisation (id),
    role TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
