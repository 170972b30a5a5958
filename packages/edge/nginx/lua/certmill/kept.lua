--- A table with room for so many: what has been asked for stays longest. A hand goes round when room is needed, and takes
-- the first that was not asked for since it passed. So an answer costs one look and no moving about, where an exact order of
-- use (resty.lrucache) costs a handshake several lines of memory that are in no cache of the processor.
local _M = {}
_M.__index = _M

--- @param most how many are kept.
function _M.new(most)
  return setmetatable({ most = most, size = 0, hand = 0, by_key = {}, slots = {} }, _M)
end

--- @return the table given to `set`; nil: there is none by now.
function _M.get(self, key)
  local item = self.by_key[key]
  if item then item.is_asked = true end
  return item
end

--- Takes the place of what was there for the key.
-- @param item a table of its own: `key` and `is_asked` in it are ours.
-- @return what had to go for it; nil: nothing.
function _M.set(self, key, item)
  local before = self.by_key[key]
  local slot, gone = before and before.slot, before
  if not slot then slot, gone = self:make_room() end
  item.key, item.slot, item.is_asked = key, slot, true
  self.slots[slot], self.by_key[key] = item, item
  return gone
end

function _M.make_room(self)
  if self.size < self.most then
    self.size = self.size + 1
    return self.size
  end
  local item
  repeat
    if item then item.is_asked = false end
    self.hand = self.hand % self.most + 1
    item = self.slots[self.hand]
  until not item.is_asked
  self.by_key[item.key] = nil
  return self.hand, item
end

return _M
