-- Mark the next readers as begun and say who they are. Behind ledger_unit.lua.
-- KEYS[1] the unit's :state. ARGV: prefix, worker, number of this claim, how many.
-- Returns {begun now, ms until the first of the waiting is due or -1, then for each reader: position, id (8 bytes), other id,
--   profile, language, topic, copy (4 bytes), other copy}, or {-1}: the unit is another's, or a later call was quicker.
local worker, number, wished = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local state = redis.call('HMGET', KEYS[1], 'owner', 'closed', 'topics', 'story', 'of', 'number')
if state[1] ~= worker or state[2] or tonumber(state[6]) >= number then return {-1} end
redis.call('HSET', KEYS[1], 'number', ARGV[3])

local topics, story, of = cjson.decode(state[3]), state[4], state[5]
local original = of and prefix .. ':alert:' .. of .. ':' .. string.sub(unit, -1)
local languages = {}
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':bitmaps')) do
  if string.sub(name, 1, 5) == 'lang:' then languages[#languages + 1] = name end
end
local answer, claimed, time = {0, -1}, 0, now()

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
  return true
end

local wanted, touched = first, second
wanting(wanted)
while claimed < wished do
  local due = redis.call('ZRANGE', later, '-inf', time, 'BYSCORE', 'LIMIT', 0, wished - claimed)
  if #due == 0 then break end
  for _, text in ipairs(due) do
    local position = tonumber(text)
    redis.call('ZREM', later, text)
    redis.call('SETBIT', waiting, position, 0)
    if not (has(wanted, position) and begin(position)) then
      if has(doubtful, position) then
        settle(position, UNKNOWN)
      else
        settle(position, WITHDRAWN)
        marked(story, function(mark, told)
          if not (told and has(told, position)) then clear(mark, position) end
        end)
      end
    end
  end
end
redis.call('BITOP', 'OR', touched, begun, waiting, settled)
minus(wanted, wanted, touched)
local at = redis.call('BITPOS', wanted, 1)
while at >= 0 and claimed < wished do
  begin(at)
  at = redis.call('BITPOS', wanted, 1, at + 1, -1, 'BIT')
end

answer[1] = redis.call('BITCOUNT', begun)
local soonest = redis.call('ZRANGE', later, 0, 0, 'WITHSCORES')
if #soonest > 0 then answer[2] = math.max(0, soonest[2] - time) end
sweep()
finish()
return answer
