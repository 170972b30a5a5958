--- Names of handshakes that nothing is loaded for. The shared cache and then the agent are asked once for each, whichever worker comes
-- first: the agent knows the server's answer, and a domain without a certificate is begun by it. Its no is kept for a while by all workers.
local shared = require "certmill.shared"
local store = require "certmill.store"

local asked = ngx.shared.certmill_asked

local _M = {}

--- Handshakes of this worker that wait at a time: with more, the fallback is served at once.
local most_waiting = 64
local waiting = 0

--- Seconds. The agent holds a question for eight at most; what it has installed is loaded in a moment.
local patience, loading, pause = 9, 2, 0.02

--- Seconds for which an answer is kept, by its status: 404, nobody has the name; 202, its certificate takes longer.
local kept = { [404] = 30, [202] = 5 }
local kept_without_answer = 1

local function is_host_name(name)
  return #name <= 253 and name:find("^[a-z0-9_-]+%.[a-z0-9._-]+$") and not name:find("..", 1, true)
end

--- @return the status of the agent's answer; nil: there is none.
local function question(name, agent)
  local socket = ngx.socket.tcp()
  socket:settimeouts(500, 500, patience * 1000)
  local status
  if socket:connect(agent.host, agent.port) then
    local host = agent.host:find(":", 1, true) and "[" .. agent.host .. "]" or agent.host
    local sent = socket:send("GET /v1/demand?name=" .. name .. " HTTP/1.0\r\nHost: " .. host .. "\r\n\r\n")
    local line = sent and socket:receive("*l")
    status = line and tonumber(line:match("^HTTP/1%.%d (%d%d%d)"))
  end
  socket:close()
  return status
end

--- Until it is loaded, or the time is over, or whoever asks has been told no.
local function wait(name, seconds)
  local till = ngx.now() + seconds
  repeat
    if store.lineage_for(name, "") then return true end
    if asked:get(name) == "no" then return false end
    ngx.sleep(pause)
  until ngx.now() >= till
  return store.lineage_for(name, "") ~= nil
end

local function ask(name, sources)
  local is_there = sources.redis and shared.loaded(name, sources.redis)
  local status = not is_there and sources.agent and question(name, sources.agent)
  if is_there or (status == 200 and wait(name, loading)) then
    asked:delete(name)
    return true
  end
  asked:set(name, "no", kept[status] or kept_without_answer)
  return false
end

local function ask_or_wait(name, sources)
  -- An entry that is thrown out for want of room is asked for again, that is all.
  if asked:add(name, "asking", patience + loading) then return ask(name, sources) end
  return wait(name, patience)
end

--- @param sources.redis where the shared cache is, and the file of its key; nil: there is none.
-- @param sources.agent host and port where the agent is asked; nil: nowhere.
-- @return whether something is loaded for the name by now; it may take seconds.
function _M.loaded(name, sources)
  if asked:get(name) == "no" or waiting >= most_waiting or not is_host_name(name) then return false end
  waiting = waiting + 1
  local ok, loaded = pcall(ask_or_wait, name, sources)
  waiting = waiting - 1
  if not ok then error(loaded, 0) end
  return loaded
end

return _M
