--- The certificates that all workers share, in the dictionary `certmill_certificates`:
--
--   name:NAME      the lineage that is served for a name (a wildcard as `*.example.com`); its RSA twin's
--                  under `name:rsa:NAME`
--   current:LINEAGE  its generation; changes with everything the agent puts
--   record:GENERATION  certificate, key and names; see delivery.lua
--   issuer:DIGEST  DER of an issuer, once for all certificates; there are few, and none is removed
--   bucket:N       ids of lineages, for listing in pages
--   boot, generation, count
--
-- A handshake looks at the first two, where anything has changed since it was asked for that name before. So a renewal is
-- one write of a number, and from its end on all workers serve the new certificate, for all of its names.
local delivery = require "certmill.delivery"
local journal = require "certmill.journal"

local dict = ngx.shared.certmill_certificates
local locks = ngx.shared.certmill_lock

local _M = {}

local buckets = 1024
local page_size = 500
--- Seconds. Nothing waits while it holds the lock, so it outlives only a worker that died with it.
local lock_life, lock_patience, lock_pause = 5, 10, 0.001

local function random_id()
  local source = assert(io.open("/dev/urandom", "rb"))
  local bytes = source:read(16)
  source:close()
  return (bytes:gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

--- Changes when the shared memory was lost: by a restart, or by a reload that changed its size.
function _M.boot_id()
  local boot = dict:get("boot")
  if boot then return boot end
  dict:safe_add("generation", 0)
  dict:safe_add("boot", random_id())
  return dict:get("boot")
end

--- Writers of all workers one at a time. @return what `change` returns, or nil and "busy".
local function exclusively(change)
  local waited = 0
  while not locks:add("writer", true, lock_life) do
    if waited > lock_patience then return nil, "busy" end
    ngx.sleep(lock_pause)
    waited = waited + lock_pause
  end
  local ok, result, fault = pcall(change)
  -- After it, whatever became of it: who counted before may have read what was there in between.
  locks:incr("changes", 1, 0)
  locks:delete("writer")
  if not ok then error(result, 0) end
  return result, fault
end

local bucket_of = function(lineage) return "bucket:" .. ngx.crc32_short(lineage) % buckets end

local function add_to_bucket(changes, lineage)
  local key = bucket_of(lineage)
  local ids = dict:get(key)
  return changes:write(key, ids and ids .. " " .. lineage or lineage)
    and changes:write("count", (dict:get("count") or 0) + 1)
end

local function take_from_bucket(changes, lineage)
  local key = bucket_of(lineage)
  local kept = {}
  for id in (dict:get(key) or ""):gmatch("%S+") do
    if id ~= lineage then kept[#kept + 1] = id end
  end
  if #kept == 0 then changes:erase(key) else changes:write(key, table.concat(kept, " ")) end
  changes:write("count", (dict:get("count") or 1) - 1)
end

local function drop_names(changes, lineage, names, kept)
  for _, name in ipairs(names) do
    local key = "name:" .. name
    if not kept[name] and dict:get(key) == lineage then changes:erase(key) end
  end
end

local function write_all(changes, lineage, given)
  local old = dict:get("current:" .. lineage)
  for _, issuer in ipairs(given.issuers) do
    if not changes:write("issuer:" .. issuer.digest, issuer.der) then return false end
  end
  local generation = dict:incr("generation", 1)
  if not changes:write("record:" .. generation, delivery.pack(given)) then return false end
  if not old and not add_to_bucket(changes, lineage) then return false end
  if not changes:write("current:" .. lineage, generation) then return false end
  local kept = {}
  for _, name in ipairs(given.names) do
    kept[name] = true
    if not changes:write("name:" .. name, lineage) then return false end
  end
  if old then
    drop_names(changes, lineage, delivery.unpack(dict:get("record:" .. old)).names, kept)
    changes:erase("record:" .. old)
  end
  return true
end

--- All of it or, when shared memory is full, nothing: what was served before is served on.
-- @return true; or nil and "full" or "busy".
function _M.put(lineage, given)
  _M.boot_id()
  local packed = delivery.pack(given)
  return exclusively(function()
    local current = dict:get("current:" .. lineage)
    if current and dict:get("record:" .. current) == packed then return true end
    local changes = journal.open(dict)
    if write_all(changes, lineage, given) then return true end
    changes:roll_back()
    return nil, "full"
  end)
end

--- @return true, also when there is none; or nil and "busy".
function _M.remove(lineage)
  return exclusively(function()
    local current = dict:get("current:" .. lineage)
    if not current then return true end
    local changes = journal.open(dict)
    drop_names(changes, lineage, delivery.unpack(dict:get("record:" .. current)).names, {})
    changes:erase("current:" .. lineage)
    changes:erase("record:" .. current)
    take_from_bucket(changes, lineage)
    return true
  end)
end

--- How many changes were made; what was read after it was asked for holds as long as it stays the same.
function _M.changes()
  return locks:get("changes")
end

--- The lineage that is served for a name: its own, else that of the wildcard above it. Nil: none is.
-- @param kind "" for the one that every name has, "rsa:" for the RSA certificate of a pair.
function _M.lineage_for(name, kind)
  local own = dict:get("name:" .. kind .. name)
  if own then return own end
  local above = name:match("^[^.]+(%..+)$")
  return above and dict:get("name:" .. kind .. "*" .. above)
end

--- A number that differs between any two things put for a lineage. Nil: there is none now.
function _M.generation(lineage)
  return dict:get("current:" .. lineage)
end

--- @return as `delivery.unpack` has it; nil when it was replaced meanwhile.
function _M.read(generation)
  local record = dict:get("record:" .. generation)
  return record and delivery.unpack(record)
end

function _M.issuer(digest)
  return dict:get("issuer:" .. digest)
end

--- What is served for a lineage; nil: nothing.
function _M.show(lineage)
  local current = _M.generation(lineage)
  local found = current and _M.read(current)
  return found and { lineage = lineage, serial = found.serial, names = found.names }
end

--- Some of all lineages, as `show` has them. A lineage that is there all the while is in exactly one page.
-- @param from a number that an earlier page ended with; 0 for the first page.
-- @return the list, and where the next page begins; nil after the last one.
function _M.page(from)
  local list = {}
  for bucket = from, buckets - 1 do
    for id in (dict:get("bucket:" .. bucket) or ""):gmatch("%S+") do
      list[#list + 1] = _M.show(id)
    end
    if #list >= page_size and bucket < buckets - 1 then return list, bucket + 1 end
  end
  return list, nil
end

--- Of the shared memory; free is what whole pages of 4 kB are left.
function _M.room()
  return { count = dict:get("count") or 0, capacity = dict:capacity(), free = dict:free_space() }
end

return _M
