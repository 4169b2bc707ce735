-- Windows of KM kilometres around places of the shore, which stand in PLACES, a line each: lon lat.
local km = tonumber(os.getenv("KM"))
local places = {}
for line in io.lines(os.getenv("PLACES")) do
  local lon, lat = line:match("(%S+) (%S+)")
  places[#places + 1] = { tonumber(lon), tonumber(lat) }
end
local n = 0
request = function()
  n = n + 1
  local p = places[(n * 7919) % #places + 1]
  local dlat = km / 2 / 110.5
  local dlon = km / 2 / (111.3 * math.cos(math.rad(p[2])))
  return wrk.format("GET", string.format("/api/v1/segments?bbox=%.5f,%.5f,%.5f,%.5f", p[1] - dlon, p[2] - dlat, p[1] + dlon, p[2] + dlat))
end
