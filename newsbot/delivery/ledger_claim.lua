-- Mark the next readers as begun and say who they are; hold those whose window is closed. Behind ledger_windows.lua and
-- ledger_unit.lua.
-- KEYS[1] the unit's :state. ARGV: prefix, worker, number of this claim, how many; on channels with windows: seconds before its
--   end from which a window counts as closed.
-- Returns {begun now, ms until the first of the waiting is due (0: look again at once) or -1, who has an outcome by this (`who_became`
--   of ledger_unit.lua), then for each reader: position, id
--   (8 bytes), other id, profile, language, topic, copy (4 bytes), other copy, and where ARGV[5] is given the window's end}, or
--   {-1}: the unit is another's, or a later call was quicker.
local worker, number, wished = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local state = redis.call('HMGET', KEYS[1], 'owner', 'closed', 'topics', 'story', 'of', 'number', 'wants')
if state[1] ~= worker or state[2] or tonumber(state[6]) >= number then return {-1} end
redis.call('HSET', KEYS[1], 'number', ARGV[3])

local topics, story, of = cjson.decode(state[3]), state[4], state[5]
local original = of and prefix .. ':alert:' .. of .. ':' .. string.sub(unit, -1)
local languages = {}
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':bitmaps')) do
  if string.sub(name, 1, 5) == 'lang:' then languages[#languages + 1] = name end
end
local answer, claimed, time = {0, -1, false}, 0, now()
-- What must be open beyond this moment, in unix seconds. The public channel needs no window. Where there are windows no
-- copy can be edited: who has one is sent a message of its own.
local beyond = ARGV[5] and (state[7] == 'topics' or of) and math.floor(time / 1000) + ARGV[5]
local looked_at = 0

-- Hold this reader if their window is closed. Each look counts.
local function held_back(position)
  if not beyond then return false end
  looked_at = looked_at + 1
  if window_of(position) > beyond then return false end
  settle(position, HELD)
  return true
end

-- Begin with this reader; false if there is nowhere to send it, or no copy to touch.
local function begin(position)
  local id, other_id = redis.call('GETRANGE', prefix .. ':ids', position * 8, position * 8 + 7), ''
  if id == '' or id == '\0\0\0\0\0\0\0\0' then
    other_id = redis.call('HGET', prefix .. ':other_ids', position)
    if not other_id then return false end
  end
  local copy, other_copy = '', ''
  if original then
    local at = rank(original .. ':audience', position) * 4
    copy = redis.call('GETRANGE', original .. ':messages', at, at + 3)
    if copy == '' or copy == '\0\0\0\0' then
      other_copy = redis.call('HGET', original .. ':other_messages', position)
      if not other_copy then return false end
    end
  end
  local language, topic = '', ''
  for _, name in ipairs(languages) do
    if has(prefix .. ':' .. name, position) then language = string.sub(name, 6) break end
  end
  for _, name in ipairs(topics) do
    if has(prefix .. ':topic:' .. name, position) then topic = name break end
  end
  local profile = redis.call('HGET', prefix .. ':profile:' .. math.floor(position / 256), string.char(position % 256))
  redis.call('SETBIT', begun, position, 1)
  claimed = claimed + 1
  for _, value in ipairs({position, id, other_id, profile or '', language, topic, copy, other_copy}) do
    answer[#answer + 1] = value
  end
  if ARGV[5] then answer[#answer + 1] = (window_of(position)) end
  return true
end

-- It is not for them any more: certainly nothing was sent, or it isn't known.
local function withdraw(position)
  if has(doubtful, position) then
    settle(position, UNKNOWN)
  elseif state[7] == 'topics' and has(elsewhere, position) then
    settle(position, ELSEWHERE)
  else
    settle(position, WITHDRAWN)
    marked(story, function(mark, told)
      if not (told and has(told, position)) then clear(mark, position) end
    end)
  end
end

if redis.call('EXISTS', later) == 1 then note_clock() end
local wanted, touched = first, second
wanting(wanted)
while claimed < wished and looked_at < LOOKED_AT do
  local due = redis.call('ZRANGE', later, '-inf', time, 'BYSCORE', 'LIMIT', 0, wished - claimed)
  if #due == 0 then break end
  for _, text in ipairs(due) do
    local position = tonumber(text)
    redis.call('ZREM', later, text)
    redis.call('SETBIT', waiting, position, 0)
    local wants = has(wanted, position)
    -- Who may have it already isn't offered it a second time.
    if not (wants and not has(doubtful, position) and held_back(position)) then
      local may = not beyond or window_of(position) > beyond
      if not (wants and may and begin(position)) then withdraw(position) end
    end
  end
end
redis.call('BITOP', 'OR', touched, begun, waiting, settled)
minus(wanted, wanted, touched)
if beyond then
  local open, closed = third, second -- `touched` has done its work
  local edge = surely_open(open, beyond)
  redis.call('BITOP', 'OR', open, open, edge)
  minus(closed, wanted, open)
  settle_all(closed, HELD)
  redis.call('BITOP', 'AND', wanted, wanted, open)
end
local at = redis.call('BITPOS', wanted, 1)
while at >= 0 and claimed < wished and looked_at < LOOKED_AT do
  if not held_back(at) then begin(at) end
  at = redis.call('BITPOS', wanted, 1, at + 1, -1, 'BIT')
end

answer[1] = redis.call('BITCOUNT', begun)
local soonest = redis.call('ZRANGE', later, 0, 0, 'WITHSCORES')
if #soonest > 0 then answer[2] = math.max(0, soonest[2] - time) end
if looked_at >= LOOKED_AT then answer[2] = 0 end
answer[3] = who_became()
sweep()
finish()
return answer
