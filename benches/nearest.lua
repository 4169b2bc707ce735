-- The nearest segment to places about a kilometre off the shore.
local places = {}
for line in io.lines(os.getenv("PLACES")) do
  local lon, lat = line:match("(%S+) (%S+)")
  places[#places + 1] = { tonumber(lon), tonumber(lat) }
end
local n = 0
request = function()
  n = n + 1
  local p = places[(n * 7919) % #places + 1]
  return wrk.format("GET", string.format("/api/v1/segments/nearest?lon=%.5f&lat=%.5f", p[1], p[2] + 0.01))
end
