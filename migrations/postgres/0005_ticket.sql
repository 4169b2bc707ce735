-- Tickets of the coast lottery are rows and no longer part of its document: that one is logged whole with each change, and a
-- number holds the code of a cleanup, which is nobody else's business before the draw.
CREATE TABLE ticket (
    lottery_id UUID NOT NULL REFERENCES thing (id),
    -- Code of the cleanup or pile, a hyphen, and the number of the bag.
    number TEXT NOT NULL,
    -- From the children's line.
    child BOOLEAN NOT NULL,
    -- The cleanup or pile: whoever made it is told when the ticket wins.
    thing_id UUID NOT NULL REFERENCES thing (id),
    PRIMARY KEY (lottery_id, number)
);

INSERT INTO ticket (lottery_id, number, child, thing_id)
SELECT l.id, t ->> 'number', (t ->> 'child')::boolean, (t ->> 'of')::uuid
FROM thing l, jsonb_array_elements(l.data::jsonb -> 'tickets') t
WHERE l.layer = 'lottery';

UPDATE thing SET data = (data::jsonb - 'tickets' || jsonb_build_object('registered', jsonb_array_length(data::jsonb -> 'tickets')))::text
WHERE layer = 'lottery';
