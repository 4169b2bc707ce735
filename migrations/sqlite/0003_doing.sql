-- What is planned, made, waited for and fetched; who comes; and what people are told.

-- Cleanups, waste piles, work orders, equipment points, reception sites, adoptions and lotteries. One table for all: each
-- is read whole and written whole, and what the map and the rules look for is asked of memory, not of columns.
CREATE TABLE thing (
    id BLOB PRIMARY KEY,
    layer TEXT NOT NULL,
    -- Who made it. Never shown.
    maker_id BLOB NOT NULL REFERENCES person (id),
    -- A digest of what was sent: the same id with the same digest is the same thing sent twice.
    sent_hash BLOB NOT NULL,
    version INTEGER NOT NULL,
    -- What people type at a gate or scan from a bag; one namespace for all, so that a code needs no kind beside it.
    code TEXT UNIQUE,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX thing_layer ON thing (layer, id);

-- Who comes to a cleanup. Names are for its organiser only, and so not in the thing.
CREATE TABLE participant (
    id BLOB PRIMARY KEY,
    cleanup_id BLOB NOT NULL REFERENCES thing (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    name TEXT,
    people INTEGER NOT NULL,
    -- coming, waiting or left.
    state TEXT NOT NULL,
    -- The order of the waiting list.
    at INTEGER NOT NULL,
    UNIQUE (cleanup_id, person_id)
) STRICT;

-- What people are told, written in the transaction of what it tells about. `once` names the occasion: nobody is told
-- twice of the same, whatever process tries.
CREATE TABLE message (
    id BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    layer TEXT NOT NULL,
    about_id BLOB NOT NULL,
    once TEXT NOT NULL,
    -- Facts its sentence needs.
    data TEXT NOT NULL,
    at INTEGER NOT NULL,
    read_at INTEGER,
    UNIQUE (person_id, once)
) STRICT;
CREATE INDEX message_person ON message (person_id, at);

-- A person's own limits: kinds they do not want, and how often a year they want to be asked for help.
CREATE TABLE message_choice (
    person_id BLOB PRIMARY KEY REFERENCES person (id),
    data TEXT NOT NULL
) STRICT;

-- What was sent, by the id the phone gave it: an act sent again hours later, with others in between, is known again.
ALTER TABLE change_log ADD COLUMN act_id BLOB;
CREATE INDEX change_log_act ON change_log (act_id) WHERE act_id IS NOT NULL;

-- Photos belong to any thing now, not to hotspots alone.
CREATE TABLE photo_of_any (
    id BLOB PRIMARY KEY,
    thing_id BLOB NOT NULL,
    person_id BLOB NOT NULL REFERENCES person (id),
    stored INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO photo_of_any (id, thing_id, person_id, stored) SELECT id, hotspot_id, person_id, stored FROM photo;
DROP TABLE photo;
ALTER TABLE photo_of_any RENAME TO photo;
