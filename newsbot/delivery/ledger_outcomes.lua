-- What became of an alert's readers in this segment, whatever their unit. Behind ledger_segment.lua; redis_ledger.py lists the
-- keys. `alert`: {telegram:12}:alert:<id>:
-- An outcome is a bitmap, or, once all of the alert's units here are closed and few have it, a list of positions, 2 bytes each, in
-- order: as Roaring bitmaps do it.
local FEW = 4096 -- positions that take as much room in a list as in a bitmap
local LOOKED_THROUGH = 256 -- positions that are listed in the time in which a bitmap is looked through

local function bitmap_of(alert, outcome)
  return alert .. 'outcome:' .. outcome
end

-- The list of who has the outcome, '' if they have a bitmap, false: nobody.
local function list_of(alert, outcome)
  return redis.call('HGET', alert .. 'outcomes', outcome)
end

-- How many bytes of the list come before the position, and whether it is in there.
local function find(list, position)
  local low, high = 0, #list / 2
  while low < high do
    local middle = math.floor((low + high) / 2)
    local there = struct.unpack('>I2', list, middle * 2 + 1)
    if there == position then return middle * 2, true end
    if there < position then low = middle + 1 else high = middle end
  end
  return low * 2, false
end

local function is(alert, outcome, position)
  local list = list_of(alert, outcome)
  if list == '' then return has(bitmap_of(alert, outcome), position) end
  if not list then return false end
  local _, there = find(list, position)
  return there
end

-- nil: none.
local function outcome_of(alert, position)
  for _, outcome in ipairs(redis.call('HKEYS', alert .. 'outcomes')) do
    if is(alert, outcome, position) then return tonumber(outcome) end
  end
  return nil
end

local function how_many(alert, outcome)
  local bytes = redis.call('HSTRLEN', alert .. 'outcomes', outcome)
  return bytes > 0 and bytes / 2 or redis.call('BITCOUNT', bitmap_of(alert, outcome))
end

-- Somebody without an outcome has this one. In one call always of the same alert.
local marked_in = {} -- outcome → its bitmap
local function mark(alert, outcome, position)
  if marked_in[outcome] then
    redis.call('SETBIT', marked_in[outcome], position, 1)
    return
  end
  local list = list_of(alert, outcome)
  if list and list ~= '' and #list < 2 * FEW then
    local before, there = find(list, position)
    if there then return end
    local longer = string.sub(list, 1, before) .. struct.pack('>I2', position) .. string.sub(list, before + 1)
    redis.call('HSET', alert .. 'outcomes', outcome, longer)
    return
  end
  local bitmap = bitmap_of(alert, outcome)
  if list ~= '' then redis.call('HSET', alert .. 'outcomes', outcome, '') end
  for at = 1, list and #list or 0, 2 do redis.call('SETBIT', bitmap, (struct.unpack('>I2', list, at)), 1) end
  redis.call('SETBIT', bitmap, position, 1)
  marked_in[outcome] = bitmap
end

-- Everybody in the bitmap, while a unit of the alert is open here.
local function mark_all(alert, outcome, bitmap)
  redis.call('HSETNX', alert .. 'outcomes', outcome, '')
  redis.call('BITOP', 'OR', bitmap_of(alert, outcome), bitmap_of(alert, outcome), bitmap)
end

local function unmark(alert, outcome, position)
  local list = list_of(alert, outcome)
  if list == '' then
    redis.call('SETBIT', bitmap_of(alert, outcome), position, 0)
  elseif #list == 2 then
    redis.call('HDEL', alert .. 'outcomes', outcome)
  else
    local before = find(list, position)
    redis.call('HSET', alert .. 'outcomes', outcome, string.sub(list, 1, before) .. string.sub(list, before + 3))
  end
end

-- Who is in the bitmap, as a list.
local function listed(bitmap)
  local bits, found = redis.call('GET', bitmap), {}
  local at = string.match(bits, '^%z*()')
  while at <= #bits do
    local byte, position = string.byte(bits, at), at * 8 - 8
    while byte > 0 do
      if byte >= 128 then
        found[#found + 1] = struct.pack('>I2', position)
        byte = byte - 128
      end
      byte, position = byte * 2, position + 1
    end
    at = string.match(bits, '^%z*()', at + 1)
  end
  return table.concat(found)
end

local function any_open(alert)
  for tier = 0, 3 do
    local closed = redis.call('HMGET', alert .. tier .. ':state', 'until', 'closed')
    if closed[1] and not closed[2] then return true end
  end
  return false
end

-- All of the alert's units here are closed: keep outcomes in as little room as they need. Lists are made of the rarest, and of
-- no more than FEW positions in all: it takes 2 ms as it is.
local function pack(alert)
  local rarest, room = {}, FEW
  for _, outcome in ipairs(redis.call('HKEYS', alert .. 'outcomes')) do
    if list_of(alert, outcome) == '' then rarest[#rarest + 1] = {outcome, how_many(alert, outcome)} end
  end
  table.sort(rarest, function(one, other) return one[2] < other[2] end)
  for _, one in ipairs(rarest) do
    local outcome, many = one[1], one[2]
    local bitmap = bitmap_of(alert, outcome)
    if many == 0 then
      redis.call('HDEL', alert .. 'outcomes', outcome)
      redis.call('UNLINK', bitmap)
    elseif many <= room and many * 2 < redis.call('STRLEN', bitmap) then
      redis.call('HSET', alert .. 'outcomes', outcome, listed(bitmap))
      redis.call('UNLINK', bitmap)
      room = room - math.max(many, LOOKED_THROUGH)
    else
      fit(bitmap)
    end
  end
end
