-- Reports, each with an id of its own and one announced photo; every connection has the session in COOKIE.
local places = {}
for line in io.lines(os.getenv("PLACES")) do
  local lon, lat = line:match("(%S+) (%S+)")
  places[#places + 1] = { lon, lat }
end
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end
function init()
  math.randomseed(os.time() * 100 + number)
  run = math.random(0, 0xffff)
  n = 0
end
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["cookie"] = os.getenv("COOKIE")
request = function()
  n = n + 1
  local p = places[(n * 7919) % #places + 1]
  local id = string.format("019f%04x-%04x-7%03x-8000-%012x", run, number, n % 4096, n)
  local photo = string.format("019e%04x-%04x-7%03x-8000-%012x", run, number, n % 4096, n)
  return wrk.format(nil, "/api/v1/hotspots", nil,
    string.format('{"id":"%s","lon":%s,"lat":%s,"amount":"bag","photos":["%s"],"kinds":["rope"],"note":"ved steinen"}', id, p[1], p[2], photo))
end
function done(summary, latency)
  io.write(string.format("refused %d\n", summary.errors.status))
end
