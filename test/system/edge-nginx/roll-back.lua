-- Fills a small dictionary at random, changes it by a journal until it is full, rolls back, and says what differs
-- from before. Asked with ?seed=N.
local journal = require "certmill.journal"
local dict = ngx.shared.small

local function contents()
  local all = {}
  for _, key in ipairs(dict:get_keys(0)) do all[key] = dict:get(key) end
  return all
end

local function differences(before, after)
  local found = {}
  for key, value in pairs(before) do
    if after[key] ~= value then found[#found + 1] = key .. " lost" end
  end
  for key in pairs(after) do
    if before[key] == nil then found[#found + 1] = key .. " stayed" end
  end
  return found
end

math.randomseed(tonumber(ngx.var.arg_seed))
local function random_key() return "key" .. math.random(400) end
-- Of all sizes that nginx's slabs tell apart, and beyond a page.
local function random_value() return string.rep("x", math.floor(2 ^ (math.random() * 12.5))) .. math.random() end

dict:flush_all()
dict:flush_expired()
local refused = 0
while refused < 20 do
  if not dict:safe_set(random_key(), random_value()) then refused = refused + 1 end
end

local before = contents()
local changes = journal.open(dict)
local steps, is_full = 0, false
while not is_full and steps < 1000 do
  steps = steps + 1
  if math.random() < 0.2 then changes:erase(random_key()) else is_full = not changes:write(random_key(), random_value()) end
end
changes:roll_back()
ngx.say(is_full and "full" or "never full", " after ", steps, ": ", table.concat(differences(before, contents()), ", "))
