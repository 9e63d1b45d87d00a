-- What the scripts of a unit share. Behind ledger_outcomes.lua.
-- KEYS[1] the unit's :state; redis_ledger.py lists the other keys.
local unit = string.sub(KEYS[1], 1, -7)
local alert = string.sub(unit, 1, -2)
local members, copies = unit .. ':audience', unit .. ':copies'
local begun, waiting, doubtful, settled = unit .. ':begun', unit .. ':waiting', unit .. ':doubtful', unit .. ':settled'
local later, messages, other_messages = unit .. ':later', unit .. ':messages', unit .. ':other_messages'
local SENT, UNKNOWN, EXPIRED, WITHDRAWN, HELD, ELSEWHERE = 1, 2, 3, 4, 7, 8
local HELD_FOR, MOST_HELD = 172800, 200 -- seconds that what is held is offered; alerts of which somebody here was held
local CLOCKS_DIFFER = 1000 -- ms that the server's clock may go back without being said to have jumped
local given, clock_noted = {}, false
local became, became_at_once = {}, {} -- who has an outcome by this call

local function now()
  local clock = redis.call('TIME')
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end

local function clear(bitmap, position)
  -- Asked first, since clearing a bit beyond the end would make the bitmap longer.
  if has(bitmap, position) then redis.call('SETBIT', bitmap, position, 0) end
end

-- Somebody is held: their segment has to know of which alert.
local function note_held()
  local index, time = prefix .. ':held', math.floor(now() / 1000)
  redis.call('ZADD', index, 'NX', time, string.match(unit, '(%d+):%d+$'))
  redis.call('ZREMRANGEBYSCORE', index, '-inf', time - HELD_FOR)
  redis.call('ZREMRANGEBYRANK', index, 0, -MOST_HELD - 1)
  redis.call('EXPIRE', index, HELD_FOR)
end

local function record(position, outcome)
  became[#became + 1] = struct.pack('>BI2', outcome, position)
  mark(alert, outcome, position)
  given[outcome] = true
  if outcome == HELD then
    redis.call('SETBIT', prefix .. ':missed', position, 1)
    note_held()
  end
end

-- Somebody who has no outcome has this one. The unit is open.
local function settle(position, outcome)
  clear(begun, position)
  if has(waiting, position) then
    redis.call('SETBIT', waiting, position, 0)
    redis.call('ZREM', later, string.format('%05d', position))
  end
  redis.call('SETBIT', settled, position, 1)
  record(position, outcome)
end

-- The same for everybody in the bitmap at once. They are neither begun nor, unless the unit is being closed, waiting.
local function settle_all(bitmap, outcome)
  if redis.call('BITCOUNT', bitmap) == 0 then return end
  redis.call('BITOP', 'OR', settled, settled, bitmap)
  became_at_once[#became_at_once + 1] = outcome
  became_at_once[#became_at_once + 1] = redis.call('GET', bitmap)
  mark_all(alert, outcome, bitmap)
  given[outcome] = true
  if outcome == HELD then
    redis.call('BITOP', 'OR', prefix .. ':missed', prefix .. ':missed', bitmap)
    note_held()
  end
end

-- Before anything is said of when somebody waits. What the clock says is noted with the unit; when it has jumped back since,
-- whoever waits is due as much earlier, or they would wait for as long again.
local function note_clock()
  if clock_noted then return end
  clock_noted = true
  local time = now()
  local lost = (tonumber(redis.call('HGET', KEYS[1], 'clock')) or 0) - time
  if lost > CLOCKS_DIFFER then
    local all = redis.call('ZRANGE', later, 0, -1)
    for _, position in ipairs(all) do redis.call('ZINCRBY', later, -lost, position) end
  end
  redis.call('HSET', KEYS[1], 'clock', string.format('%.0f', time))
end

local function wait(position, due)
  note_clock()
  clear(begun, position)
  redis.call('SETBIT', waiting, position, 1)
  -- Who is due at the same moment goes by position.
  redis.call('ZADD', later, string.format('%.0f', due), string.format('%05d', position))
end

-- A request was begun and its answer never came: wait to be sent again, unless that was so before.
local function doubt(position, due)
  if redis.call('SETBIT', doubtful, position, 1) == 1 then
    settle(position, UNKNOWN)
  else
    wait(position, due)
  end
end

-- Calls `each` with every position in the bitmap, lowest first.
local function positions(bitmap, each)
  local at = redis.call('BITPOS', bitmap, 1)
  while at >= 0 do
    each(at)
    at = redis.call('BITPOS', bitmap, 1, at + 1, -1, 'BIT')
  end
end

-- target := those of the audience who want it and can be reached now.
local function wanting(target)
  local wants = redis.call('HMGET', KEYS[1], 'wants', 'topics')
  if wants[1] == 'topics' then
    willing(target, members, cjson.decode(wants[2]))
  else
    redis.call('BITOP', 'AND', target, members, known)
    minus(target, target, unreachable)
  end
end

-- Calls `each` with the bitmap of every mark in `marks` (a space between two), and, but for the first, with that of the
-- alert's readers who bore it before: they were told by another alert, whatever becomes of this one.
local function marked(marks, each)
  local told
  for mark in string.gmatch(marks, '%S+') do
    local bitmap = prefix .. ':story:' .. mark
    if redis.call('EXISTS', bitmap) == 1 then each(bitmap, told) end -- a story's sole article has none
    told = string.sub(unit, 1, -2) .. 'told'
  end
end

-- Who has an outcome by this call, for the log: {3 bytes for each: outcome, position (2), then for many at once: outcome, their
-- bitmap, outcome, …}. A bitmap as it is costs next to nothing.
local function who_became()
  return {table.concat(became), unpack(became_at_once)}
end

-- To be called last: let what is new end with the unit.
local function finish()
  local ends = redis.call('HGET', KEYS[1], 'until')
  for _, key in ipairs({begun, waiting, doubtful, settled, later, alert .. 'outcomes'}) do
    redis.call('EXPIREAT', key, ends, 'NX')
  end
  for outcome in pairs(given) do redis.call('EXPIREAT', bitmap_of(alert, outcome), ends, 'NX') end
end
