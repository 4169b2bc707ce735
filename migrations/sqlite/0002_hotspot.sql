-- Reported litter, who will clear it, and the photos.

CREATE TABLE hotspot (
    id BLOB PRIMARY KEY,
    -- Who may add its photos and hears back. Never shown.
    reporter_id BLOB NOT NULL REFERENCES person (id),
    -- A digest of what was sent: the same id with the same digest is the same report sent twice.
    sent_hash BLOB NOT NULL,
    version INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;

CREATE TABLE claim (
    id BLOB PRIMARY KEY,
    hotspot_id BLOB NOT NULL REFERENCES hotspot (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    sent_hash BLOB NOT NULL,
    -- active, fulfilled, released, expired or handed_over. An active one may have lapsed: `until_at` decides, and the
    -- next claim on the hotspot says so here before it takes its place.
    state TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    -- Who asks to take over, for the day the holder says yes.
    takeover_person_id BLOB REFERENCES person (id)
) STRICT;
-- At most one active claim a hotspot, whatever the code above it does.
CREATE UNIQUE INDEX claim_active ON claim (hotspot_id) WHERE state = 'active';

-- Announced by the act it belongs to, then sent. The files are there if and only if `stored` is true.
CREATE TABLE photo (
    id BLOB PRIMARY KEY,
    hotspot_id BLOB NOT NULL REFERENCES hotspot (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    stored INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Each person supports a report once.
CREATE TABLE support (
    hotspot_id BLOB NOT NULL REFERENCES hotspot (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    PRIMARY KEY (hotspot_id, person_id)
) STRICT, WITHOUT ROWID;
