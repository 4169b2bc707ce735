-- What is planned, made, waited for and fetched; who comes; and what people are told.

-- Cleanups, waste piles, work orders, equipment points, reception sites, adoptions and lotteries. One table for all: each
-- is read whole and written whole, and what the map and the rules look for is asked of memory, not of columns.
CREATE TABLE thing (
    id UUID PRIMARY KEY,
    layer TEXT NOT NULL,
    -- Who made it. Never shown.
    maker_id UUID NOT NULL REFERENCES person (id),
    -- A digest of what was sent: the same id with the same digest is the same thing sent twice.
    sent_hash BYTEA NOT NULL,
    version BIGINT NOT NULL,
    -- What people type at a gate or scan from a bag; one namespace for all, so that a code needs no kind beside it.
    code TEXT UNIQUE,
    data TEXT NOT NULL
);
CREATE INDEX thing_layer ON thing (layer, id);

-- Who comes to a cleanup. Names are for its organiser only, and so not in the thing.
CREATE TABLE participant (
    id UUID PRIMARY KEY,
    cleanup_id UUID NOT NULL REFERENCES thing (id),
    person_id UUID NOT NULL REFERENCES person (id),
    name TEXT,
    people BIGINT NOT NULL,
    -- coming, waiting or left.
    state TEXT NOT NULL,
    -- The order of the waiting list.
    at BIGINT NOT NULL,
    UNIQUE (cleanup_id, person_id)
);

-- What people are told, written in the transaction of what it tells about. `once` names the occasion: nobody is told
-- twice of the same, whatever process tries.
CREATE TABLE message (
    id UUID PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    layer TEXT NOT NULL,
    about_id UUID NOT NULL,
    once TEXT NOT NULL,
    -- Facts its sentence needs.
    data TEXT NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT,
    UNIQUE (person_id, once)
);
CREATE INDEX message_person ON message (person_id, at);

-- A person's own limits: kinds they do not want, and how often a year they want to be asked for help.
CREATE TABLE message_choice (
    person_id UUID PRIMARY KEY REFERENCES person (id),
    data TEXT NOT NULL
);

-- What was sent, by the id the phone gave it: an act sent again hours later, with others in between, is known again.
ALTER TABLE change_log ADD COLUMN act_id UUID;
CREATE INDEX change_log_act ON change_log (act_id) WHERE act_id IS NOT NULL;

-- Photos belong to any thing now, not to hotspots alone.
ALTER TABLE photo DROP CONSTRAINT photo_hotspot_id_fkey;
ALTER TABLE photo RENAME COLUMN hotspot_id TO thing_id;
