--- The door for the agent, over HTTP on a unix socket (docs/edges/nginx.md):
--
--   GET    /v1/health
--   PUT    /v1/certificates/LINEAGE    204; 422 with what is wrong with it; 507 when shared memory is full
--   GET    /v1/certificates/LINEAGE
--   DELETE /v1/certificates/LINEAGE
--   GET    /v1/certificates?from=N     a page of what is loaded
--   GET    /v1/names/NAME              what a handshake for the name gets
--
-- Refusals are plain text, one clause. Only the agent can open the socket: its directory lets nobody else in.
local delivery = require "certmill.delivery"
local store = require "certmill.store"

local _M = {}

local function reply(status, body, content_type)
  ngx.status = status
  ngx.header.content_type = content_type
  ngx.header.content_length = #body
  ngx.print(body)
end

local refuse = function(status, reason) reply(status, reason, "text/plain") end
local reply_json = function(text) reply(200, text .. "\n", "application/json") end

--- Serials, names and ids have no character that JSON escapes.
local function json(entry)
  local names = table.concat(entry.names, '","')
  return ('{"lineage_id":"%s","serial":"%s","names":["%s"]}'):format(entry.lineage, entry.serial, names)
end

local function show(entry)
  if entry then reply_json(json(entry)) else refuse(404, "nothing is loaded for it") end
end

local unavailable = {
  full = { 507, "the shared memory is full: give lua_shared_dict certmill_certificates more, and restart nginx" },
  busy = { 503, "another writer did not end" },
}

local function done(ok, fault)
  if ok then
    ngx.status = 204
  else
    refuse(unpack(unavailable[fault]))
  end
end

local function put(lineage)
  ngx.req.read_body()
  -- Always in memory: client_body_buffer_size is the most that is taken.
  local given, fault = delivery.read(ngx.req.get_body_data() or "")
  if not given then return refuse(422, fault) end
  done(store.put(lineage, given))
end

local on_certificate = {
  PUT = put,
  GET = function(lineage) show(store.show(lineage)) end,
  DELETE = function(lineage) done(store.remove(lineage)) end,
}

local function list()
  local from = tonumber(ngx.var.arg_from or "0")
  if not from or from < 0 or from % 1 ~= 0 then return refuse(400, "from is the next of an earlier page") end
  local found, next_page = store.page(from)
  for i, entry in ipairs(found) do found[i] = json(entry) end
  local page = '{"boot_id":"%s","certificates":[%s],"next":%s}'
  reply_json(page:format(store.boot_id(), table.concat(found, ","), next_page or "null"))
end

local function health()
  local room = store.room()
  local text = '{"boot_id":"%s","certificates":%d,"capacity_bytes":%d,"free_bytes":%d}'
  reply_json(text:format(store.boot_id(), room.count, room.capacity, room.free))
end

local on_path = {
  ["/v1/health"] = { GET = health },
  ["/v1/certificates"] = { GET = list },
}

--- @return the functions for the path by method, and what they are given.
local function route(path)
  if on_path[path] then return on_path[path] end
  local lineage = path:match("^/v1/certificates/([%w._-]+)$")
  if lineage and #lineage <= 100 then return on_certificate, lineage end
  local name = path:match("^/v1/names/([%w*:._-]+)$")
  if not name then return nil end
  local by_name = function() show(store.show(store.lineage_for(name:lower(), "") or "")) end
  return { GET = by_name }
end

--- For `content_by_lua_block`.
function _M.answer()
  local methods, argument = route(ngx.var.uri)
  if not methods then return refuse(404, "there is no such path") end
  local act = methods[ngx.req.get_method()]
  if not act then return refuse(405, "this path does not take " .. ngx.req.get_method()) end
  act(argument)
end

return _M
