-- Settle whoever is untouched or waiting, and close the unit. Behind ledger_windows.lua and ledger_unit.lua.
-- KEYS[1] the unit's :state. ARGV: prefix, worker or '' (whoever owns it), outcome of who still wants it, seconds that
--   copies and what is held are kept; on channels with windows: seconds before its end from which a window counts as closed.
-- Returns {1, who has an outcome by this (`who_became` of ledger_unit.lua), outcome, how many of the unit have it, outcome, …}: it is
--   closed, now or before; {0}: requests are on their way; {-1}: the unit is another's.
local worker, outcome = ARGV[2], tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'until', 'closed', 'owner', 'story', 'wants', 'of')

local function is_closed()
  local answer = {1, who_became()}
  for _, one in ipairs(redis.call('HKEYS', alert .. 'outcomes')) do
    local list, many = list_of(alert, one), 0
    for at = 1, #list, 2 do
      if has(members, (struct.unpack('>I2', list, at))) then many = many + 1 end
    end
    if list == '' then
      redis.call('BITOP', 'AND', first, members, bitmap_of(alert, one))
      many = redis.call('BITCOUNT', first)
    end
    answer[#answer + 1], answer[#answer + 2] = tonumber(one), many
  end
  for _, value in ipairs(redis.call('HGETALL', unit .. ':counts')) do answer[#answer + 1] = tonumber(value) end
  sweep()
  return answer
end

if not state[1] then return {1, who_became()} end
if state[2] then return is_closed() end
if worker ~= '' and state[3] ~= worker then return {-1} end
if redis.call('BITCOUNT', begun) > 0 then return {0} end

redis.call('BITOP', 'AND', first, doubtful, waiting)
settle_all(first, UNKNOWN)

local asked_for = state[5] == 'topics' -- neither copies nor the public channel
if asked_for then
  minus(first, members, settled)
  redis.call('BITOP', 'AND', first, first, elsewhere)
  settle_all(first, ELSEWHERE)
end
if ARGV[5] and outcome == EXPIRED and (asked_for or state[6]) then
  -- Whose turn never came because they wrote too long ago: they are offered it, as if it had.
  local edge = surely_open(third, math.floor(now() / 1000) + ARGV[5])
  redis.call('BITOP', 'OR', third, third, edge)
  wanting(first)
  minus(first, first, settled)
  minus(first, first, third)
  settle_all(first, HELD)
end

local rest, wanted, withdrawn = first, second, third
minus(rest, members, settled)
wanting(wanted)
minus(withdrawn, rest, wanted)
redis.call('BITOP', 'AND', wanted, rest, wanted)
settle_all(withdrawn, WITHDRAWN)
settle_all(wanted, outcome)
marked(state[4], function(mark, told)
  local ends = redis.call('PEXPIRETIME', mark) -- BITOP would forget it
  if told then minus(rest, rest, told) end
  minus(mark, mark, rest)
  if ends > 0 then redis.call('PEXPIREAT', mark, ends) end
end)
fit(copies)
fit(messages)
redis.call('UNLINK', begun, waiting, later, doubtful)
if redis.call('EXISTS', unit .. ':counts') == 0 then -- of an earlier version: ledger_by_rank.lua goes on needing them
  redis.call('UNLINK', settled)
  redis.call('EXPIRE', members, ARGV[4])
end
redis.call('HSET', KEYS[1], 'closed', outcome)
redis.call('HDEL', KEYS[1], 'owner')
local answer = is_closed()
if not any_open(alert) then pack(alert) end
sweep()
finish()
return answer
