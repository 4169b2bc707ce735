-- Tickets of the coast lottery are rows and no longer part of its document: that one is logged whole with each change, and a
-- number holds the code of a cleanup, which is nobody else's business before the draw.
CREATE TABLE ticket (
    lottery_id BLOB NOT NULL REFERENCES thing (id),
    -- Code of the cleanup or pile, a hyphen, and the number of the bag.
    number TEXT NOT NULL,
    -- From the children's line.
    child INTEGER NOT NULL,
    -- The cleanup or pile: whoever made it is told when the ticket wins.
    thing_id BLOB NOT NULL REFERENCES thing (id),
    PRIMARY KEY (lottery_id, number)
) STRICT, WITHOUT ROWID;

INSERT INTO ticket (lottery_id, number, child, thing_id)
SELECT l.id, t.value ->> 'number', t.value ->> 'child', unhex(replace(t.value ->> 'of', '-', ''))
FROM thing l, json_each(l.data, '$.tickets') t
WHERE l.layer = 'lottery';

UPDATE thing SET data = json_remove(json_set(data, '$.registered', json_array_length(data, '$.tickets')), '$.tickets')
WHERE layer = 'lottery';
