--- Several writes to the shared dictionary that happen together or not at all: shared memory may be full at any of
-- them. Only `safe_set` is used, because `set` makes room by throwing out what others need.
local _M = {}
_M.__index = _M

function _M.open(dict)
  return setmetatable({ dict = dict, undo = {} }, _M)
end

local function put(self, key, value, before)
  -- Room for a value that grows is looked for after the old one is freed.
  local ok = self.dict:safe_set(key, value)
  self.undo[#self.undo + 1] = { key = key, value = before }
  return ok
end

--- @return false when shared memory is full; then everything is to be rolled back.
function _M:write(key, value)
  local before = self.dict:get(key)
  return before == value or put(self, key, value, before)
end

function _M:erase(key)
  local before = self.dict:get(key)
  if before == nil then return end
  self.dict:delete(key)
  self.undo[#self.undo + 1] = { key = key, value = before }
end

--- Backwards, so that each old value finds the room that it had.
function _M:roll_back()
  for i = #self.undo, 1, -1 do
    local step = self.undo[i]
    if step.value == nil then
      self.dict:delete(step.key)
    else
      self.dict:safe_set(step.key, step.value)
    end
  end
end

return _M
