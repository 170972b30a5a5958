--- The Redis that a fleet's agents fill: what it has for a name comes into shared memory as if the agent had put it there.
-- Entries are sealed by a key that agents and nginx have; what is not, or names others, counts for nothing.
--
--   certmill:name:NAME            the lineage that is served for it; its RSA twin's under `certmill:name:rsa:NAME`
--   certmill:certificate:LINEAGE  base64 of what `sealed` opens: the body of a PUT (delivery.lua)
local delivery = require "certmill.delivery"
local sealed = require "certmill.sealed"
local store = require "certmill.store"

local _M = {}

--- Milliseconds: handshakes wait for it. One that is away is not asked again for some seconds.
local patience = 300
local rest = 2
local away_until = 0

--- Of the files that the configuration names, by path; a worker reads each once.
local files = {}

local function content(path)
  if not files[path] then
    local file = assert(io.open(path, "rb"))
    files[path] = file:read("*a"):gsub("%s+$", "")
    file:close()
  end
  return files[path]
end

--- One command of Redis' protocol. @return its answer; nil: none, or nothing; and what is wrong.
local function command(socket, ...)
  local words = { ... }
  local text = { "*" .. #words }
  for _, word in ipairs(words) do
    text[#text + 1] = "$" .. #word
    text[#text + 1] = word
  end
  local sent, fault = socket:send(table.concat(text, "\r\n") .. "\r\n")
  if not sent then return nil, fault end
  local line, unread = socket:receive("*l")
  if not line then return nil, unread end
  local kind, rest_of_line = line:sub(1, 1), line:sub(2)
  if kind == "+" then return rest_of_line end
  if kind ~= "$" then return nil, rest_of_line end
  if rest_of_line == "-1" then return nil end
  local body, cut = socket:receive(tonumber(rest_of_line) + 2)
  if not body then return nil, cut end
  return body:sub(1, -3)
end

local function connect(redis)
  local socket = ngx.socket.tcp()
  socket:settimeout(patience)
  local ok, fault = socket:connect(redis.host, redis.port)
  if not ok then return nil, fault end
  if redis.password_file and socket:getreusedtimes() == 0 then
    local taken, refusal = command(socket, "AUTH", content(redis.password_file))
    if not taken then return nil, refusal end
  end
  return socket
end

--- @param kind "" or, of the twin, "rsa:".
-- @return the lineage and its entry; nil: there is none; and what is wrong with Redis.
local function look_up(socket, name, kind)
  local above = name:match("^[^.]+(%..+)$")
  for _, each in ipairs({ name, above and "*" .. above }) do
    local lineage, fault = command(socket, "GET", "certmill:name:" .. kind .. each)
    if fault then return nil, nil, fault end
    local entry, missing
    if lineage then entry, missing = command(socket, "GET", "certmill:certificate:" .. lineage) end
    if missing then return nil, nil, missing end
    if entry then return lineage, entry end
  end
end

local function covers(given, name, kind)
  local above = name:match("^[^.]+(%..+)$")
  for _, own in ipairs(given.names) do
    if own == kind .. name or (above and own == kind .. "*" .. above) then return true end
  end
  return false
end

local function take(lineage, entry, redis, name, kind)
  local key = ngx.decode_base64(content(redis.key_file)) or ""
  if #key ~= 32 then error(redis.key_file .. " does not hold 32 bytes in base64") end
  local bytes = ngx.decode_base64(entry)
  local body = bytes and sealed.open(key, bytes, lineage)
  local given = body and delivery.read(body)
  if not given or not covers(given, name, kind) then
    ngx.log(ngx.WARN, "certmill: Redis' entry for ", name, " was not sealed by our key, or is another's")
    return false
  end
  return store.put(lineage, given) == true
end

--- @return whether something is loaded for the name by now.
function _M.loaded(name, redis)
  if ngx.now() < away_until then return false end
  local socket, fault = connect(redis)
  local found = {}
  for _, kind in ipairs(socket and { "", "rsa:" } or {}) do
    local lineage, entry
    lineage, entry, fault = look_up(socket, name, kind)
    if fault or not lineage then break end
    found[kind] = { lineage, entry }
  end
  if fault then
    away_until = ngx.now() + rest
    ngx.log(ngx.WARN, "certmill: Redis cannot be asked: ", fault)
    if socket then socket:close() end
    return false
  end
  socket:setkeepalive(60000, 16)
  local is_there = false
  for kind, each in pairs(found) do
    local is_taken = take(each[1], each[2], redis, name, kind)
    is_there = is_there or (kind == "" and is_taken)
  end
  return is_there
end

return _M
