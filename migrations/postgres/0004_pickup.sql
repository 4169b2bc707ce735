-- Vehicles, plans and pickup routes belong to an organisation, and there are more of them every day: they are looked for by
-- whose they are and on which day, never read all at once. Other things lie in memory and have neither.
ALTER TABLE thing ADD COLUMN organisation_id UUID;
-- The local day, as YYYY-MM-DD, which sorts as days do.
ALTER TABLE thing ADD COLUMN day TEXT;
CREATE INDEX thing_of_organisation ON thing (organisation_id, layer, day) WHERE organisation_id IS NOT NULL;
