-- When what is sent was entered: a phone keeps it for days without signal, and its clock may be wrong. Both times are kept: by our
-- clock (from how long the phone says it waited), and as the phone had it. None where no phone said so.
ALTER TABLE change_log ADD COLUMN entered_at BIGINT;
ALTER TABLE change_log ADD COLUMN phone_at BIGINT;
