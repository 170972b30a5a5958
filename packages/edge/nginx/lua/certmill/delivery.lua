--- What the agent sends for a lineage: a line `name NAME` for each of its names, then PEM: the chain, leaf first,
-- and the private key. And how it lies in shared memory: as DER, and issuers apart from it, because many
-- certificates have the same ones and half of all bytes are theirs.
local openssl = require "certmill.openssl"

local _M = {}

local most_names = 1000

local function names_of(body)
  local names, seen = {}, {}
  for name in body:gmatch("name ([^\r\n]*)\r?\n") do
    if #name > 253 or not name:find("^[a-z0-9*:._-]+$") then return nil, "a name is not lower-case ASCII: " .. name end
    if not seen[name] then names[#names + 1] = name end
    seen[name] = true
  end
  if #names == 0 then return nil, "no names were given" end
  if #names > most_names then return nil, "more than " .. most_names .. " names were given" end
  return names
end

local function blocks_of(pem)
  local blocks, position = {}, 1
  while true do
    local from, to, label = pem:find("%-%-%-%-%-BEGIN ([A-Z ]+)%-%-%-%-%-", position)
    if not from then return blocks end
    local ending = "-----END " .. label .. "-----"
    local last = pem:find(ending, to, true)
    local der = last and ngx.decode_base64((pem:sub(to + 1, last - 1):gsub("%s", "")))
    if not der or der == "" then return nil end
    blocks[#blocks + 1] = { label = label, der = der }
    position = last + #ending
  end
end

local function sort_out(blocks)
  local certificates, key = {}, nil
  for _, block in ipairs(blocks) do
    if block.label == "CERTIFICATE" then
      certificates[#certificates + 1] = block.der
    elseif block.label == "ENCRYPTED PRIVATE KEY" then
      return nil, nil, "its key is encrypted"
    elseif block.label:find("PRIVATE KEY$") then
      if key then return nil, nil, "it has more than one key" end
      key = block.der
    end
  end
  if #certificates == 0 then return nil, nil, "it has no certificate" end
  if not key then return nil, nil, "it has no private key" end
  return certificates, key
end

--- @return a delivery that can be served: serial, names, key and leaf (DER), issuers (digest and DER); or nil
-- and what is wrong, as a clause.
function _M.read(body)
  local names, name_fault = names_of(body)
  if not names then return nil, name_fault end
  local blocks = blocks_of(body)
  if not blocks then return nil, "its PEM is not whole" end
  local certificates, key_der, fault = sort_out(blocks)
  if not certificates then return nil, fault end

  local leaf = openssl.certificate(certificates[1])
  local key = openssl.key(key_der)
  if not leaf then return nil, "its certificate cannot be parsed" end
  if not key then return nil, "its key cannot be parsed" end
  if not openssl.fits(leaf, key) then return nil, "its key is not the certificate's" end
  local issuers = {}
  for i = 2, #certificates do
    local digest = openssl.digest(certificates[i])
    if not openssl.issuer(digest, certificates[i]) then
      return nil, "number " .. i .. " of its chain cannot be parsed"
    end
    issuers[#issuers + 1] = { digest = digest, der = certificates[i] }
  end
  return {
    serial = openssl.serial(leaf),
    names = names,
    key = key_der,
    leaf = certificates[1],
    issuers = issuers,
  }
end

--- The record in shared memory: three lines, the key's length in a fourth, then key and leaf.
function _M.pack(delivery)
  local digests = {}
  for i, issuer in ipairs(delivery.issuers) do digests[i] = issuer.digest end
  return table.concat({
    delivery.serial,
    table.concat(delivery.names, " "),
    table.concat(digests, " "),
    #delivery.key,
    delivery.key .. delivery.leaf,
  }, "\n")
end

local function words(line)
  local list = {}
  for word in line:gmatch("%S+") do list[#list + 1] = word end
  return list
end

--- @return what `pack` was given, with the issuers' digests only.
function _M.unpack(record)
  local serial, names, digests, length, at = record:match("^(%x+)\n([^\n]*)\n([^\n]*)\n(%d+)\n()")
  local key_end = at + tonumber(length) - 1
  return {
    serial = serial,
    names = words(names),
    issuers = words(digests),
    key = record:sub(at, key_end),
    leaf = record:sub(key_end + 1),
  }
end

return _M
