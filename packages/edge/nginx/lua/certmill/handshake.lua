--- Chooses the certificate of a TLS handshake. For what is loaded it asks nobody: names and certificates are in shared memory,
-- and what was parsed is kept by the worker. Whatever goes wrong, the certificate that the server block names is served.
local demand = require "certmill.demand"
local kept = require "certmill.kept"
local openssl = require "certmill.openssl"
local ssl = require "ngx.ssl"
local store = require "certmill.store"

local _M = {}

local most_parsed = 10000
--- Parsed certificates with their keys, by lineage, for this worker alone. About 13 kB each.
local parsed
--- The one that made room last. Answers may refer to it for long, so what is large of it goes; but not before the next one
-- leaves, as it may be half of the pair that a handshake is being given.
local leaving
--- What is served for a name, by the name, and up to which change of shared memory that was looked up.
local answers

local function wanted_name()
  local name = ssl.server_name()
  if name then return name:lower() end
  -- A client that asks for an address has no name to send.
  local address, kind = ssl.raw_server_addr()
  return (kind == "inet" or kind == "inet6") and openssl.address(address) or nil
end

local function parse(lineage, generation)
  local record = store.read(generation)
  if not record then return nil end
  local above = {}
  for i, digest in ipairs(record.issuers) do above[i] = openssl.issuer(digest, store.issuer(digest)) end
  local leaf, key = openssl.certificate(record.leaf), openssl.key(record.key)
  if not leaf or not key or #above < #record.issuers then error("a certificate in shared memory is damaged") end
  local entry = { generation = generation, chain = openssl.chain(leaf, above), private_key = key }
  if leaving then leaving.chain, leaving.private_key = nil, nil end
  leaving = parsed:set(lineage, entry)
  return entry
end

--- What is to be served for a name now; nil: nothing is known for it.
local function entry_for(name, kind)
  local lineage = store.lineage_for(name, kind)
  -- Twice: between the two reads a renewal may have replaced the record.
  for _ = 1, lineage and 2 or 0 do
    local generation = store.generation(lineage)
    if not generation then return nil end
    local known = parsed:get(lineage)
    if known and known.generation == generation then return known end
    local entry = parse(lineage, generation)
    if entry then return entry end
  end
end

--- @param changes how many there had been before anything was read.
local function look_up(name, changes)
  local entry = entry_for(name, "")
  if not entry then return nil end
  local answer = { changes = changes, entry = entry, twin = entry_for(name, "rsa:") }
  answers:set(name, answer)
  return answer
end

--- An answer holds until something has changed: so a handshake asks shared memory for one number, and what it asks for
-- otherwise lies far apart in there.
local function answer_for(name)
  local changes = store.changes()
  local known = answers:get(name)
  if known and known.changes == changes and known.entry.chain and (not known.twin or known.twin.chain) then
    known.entry.is_asked = true
    return known
  end
  return look_up(name, changes)
end

local function choose(sources)
  local name = wanted_name()
  local answer = name and answer_for(name)
  if not answer and name and sources and demand.loaded(name, sources) then answer = answer_for(name) end
  if not answer then return end
  local entry, twin = answer.entry, answer.twin
  assert(ssl.clear_certs())
  assert(ssl.set_cert(entry.chain))
  assert(ssl.set_priv_key(entry.private_key))
  if not twin then return end
  twin.is_asked = true
  -- OpenSSL has a place for each type of key, and shows each client the certificate that it can verify.
  assert(ssl.set_cert(twin.chain))
  assert(ssl.set_priv_key(twin.private_key))
end

--- For `ssl_certificate_by_lua_block`.
-- @param options.parsed how many parsed certificates a worker keeps; the first call in a worker decides.
-- @param options.sources where names that nothing is loaded for are looked for (demand.lua); nil: nowhere.
function _M.serve(options)
  if not parsed then
    local most = options and options.parsed or most_parsed
    -- A certificate has several names, and a wildcard as many as are asked for; an answer is small.
    parsed, answers = kept.new(most), kept.new(2 * most)
  end
  local ok, fault = pcall(choose, options and options.sources)
  if not ok then ngx.log(ngx.ERR, "certmill: ", fault) end
end

return _M
