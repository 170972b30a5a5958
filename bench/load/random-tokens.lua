-- wrk asks for random tokens of a file (one a line) and writes its counts as one line of JSON.

local tokens = {}

function init(args)
  for token in io.lines(args[1]) do tokens[#tokens + 1] = token end
  math.randomseed(1)
end

function request()
  return wrk.format("GET", "/.well-known/acme-challenge/" .. tokens[math.random(#tokens)])
end

function done(summary)
  local errors = summary.errors
  io.write(string.format('\n{"requests":%d,"microseconds":%d,"failed":%d}\n', summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
