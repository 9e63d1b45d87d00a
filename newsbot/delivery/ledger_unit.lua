-- What the scripts of a unit share. Behind ledger_segment.lua.
-- KEYS[1] the unit's :state; redis_ledger.py lists the other keys.
local unit = string.sub(KEYS[1], 1, -7)
local members, copies = unit .. ':audience', unit .. ':copies'
local begun, waiting, doubtful, settled = unit .. ':begun', unit .. ':waiting', unit .. ':doubtful', unit .. ':settled'
local later, outcomes, counts, held = unit .. ':later', unit .. ':outcomes', unit .. ':counts', unit .. ':held'
local SENT, UNKNOWN, EXPIRED, WITHDRAWN, HELD, ELSEWHERE = 1, 2, 3, 4, 7, 8
local HELD_FOR, MOST_HELD = 172800, 200 -- seconds that what is held is offered; alerts of which somebody here was held
local CLOCKS_DIFFER = 1000 -- ms that the server's clock may go back without being said to have jumped
local tally, clock_noted = {}, false

local function now()
  local clock = redis.call('TIME')
  return clock[1] * 1000 + math.floor(clock[2] / 1000)
end

local function clear(bitmap, position)
  -- Asked first, since clearing a bit beyond the end would make the bitmap longer.
  if has(bitmap, position) then redis.call('SETBIT', bitmap, position, 0) end
end

local function rank(bitmap, position)
  if position == 0 then return 0 end
  return redis.call('BITCOUNT', bitmap, 0, position - 1, 'BIT')
end

local function count(outcome, many)
  tally[outcome] = (tally[outcome] or 0) + many
end

-- Somebody is held: their segment has to know of which alert.
local function note_held()
  local index, time = prefix .. ':held', math.floor(now() / 1000)
  redis.call('ZADD', index, 'NX', time, string.match(unit, '(%d+):%d+$'))
  redis.call('ZREMRANGEBYSCORE', index, '-inf', time - HELD_FOR)
  redis.call('ZREMRANGEBYRANK', index, 0, -MOST_HELD - 1)
  redis.call('EXPIRE', index, HELD_FOR)
end

-- Record what became of somebody who has no outcome, or one that this replaces. Returns their rank.
local function settle(position, outcome)
  clear(begun, position)
  if has(waiting, position) then
    redis.call('SETBIT', waiting, position, 0)
    redis.call('ZREM', later, string.format('%05d', position))
  end
  redis.call('SETBIT', settled, position, 1)
  local place = rank(members, position)
  -- Who is held has a bit and no byte, as when many are held at once.
  redis.call('SETRANGE', outcomes, place, string.char(outcome == HELD and 0 or outcome))
  if outcome == HELD then
    redis.call('SETBIT', held, position, 1)
    redis.call('SETBIT', prefix .. ':missed', position, 1)
    note_held()
  end
  count(outcome, 1)
  return place
end

-- The same for everybody in the bitmap at once: they are HELD. They are neither begun nor waiting.
local function hold_all(bitmap)
  local many = redis.call('BITCOUNT', bitmap)
  if many == 0 then return end
  for _, target in ipairs({settled, held, prefix .. ':missed'}) do redis.call('BITOP', 'OR', target, target, bitmap) end
  count(HELD, many)
  note_held()
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
    each(prefix .. ':story:' .. mark, told)
    told = string.sub(unit, 1, -2) .. 'told'
  end
end

-- To be called last: write the figures, and let what is new end with the unit.
local function finish()
  for outcome, many in pairs(tally) do
    if many ~= 0 then redis.call('HINCRBY', counts, outcome, many) end
  end
  local ends = redis.call('HGET', KEYS[1], 'until')
  for _, key in ipairs({begun, waiting, doubtful, settled, later, outcomes, counts, held}) do
    redis.call('EXPIREAT', key, ends, 'NX')
  end
end
