-- Settle whoever is untouched or waiting, and close the unit. Behind ledger_windows.lua and ledger_unit.lua.
-- KEYS[1] the unit's :state. ARGV: prefix, worker or '' (whoever owns it), outcome of who still wants it; on channels with
--   windows: seconds before its end from which a window counts as closed.
-- Returns 1 closed (now or before) | 0 requests are on their way | -1 the unit is another's.
local worker, outcome = ARGV[2], tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'until', 'closed', 'owner', 'story', 'wants', 'of')
if not state[1] or state[2] then return 1 end
if worker ~= '' and state[3] ~= worker then return -1 end
if redis.call('BITCOUNT', begun) > 0 then return 0 end

redis.call('BITOP', 'AND', first, doubtful, waiting)
positions(first, function(position) settle(position, UNKNOWN) end)

local asked_for = state[5] == 'topics' -- neither copies nor the public channel
if asked_for then
  minus(first, members, settled)
  redis.call('BITOP', 'AND', first, first, elsewhere)
  positions(first, function(position) settle(position, ELSEWHERE) end)
end
if ARGV[4] and outcome == EXPIRED and (asked_for or state[6]) then
  -- Whose turn never came because they wrote too long ago: they are offered it, as if it had.
  local edge = surely_open(third, math.floor(now() / 1000) + ARGV[4])
  redis.call('BITOP', 'OR', third, third, edge)
  wanting(first)
  minus(first, first, settled)
  minus(first, first, third)
  redis.call('BITOP', 'AND', second, first, waiting)
  positions(second, function(position) settle(position, HELD) end)
  minus(first, first, second)
  hold_all(first)
end

-- The others have no byte of their own in `outcomes`: a bitmap tells them apart, however many they are.
local rest, wanted, withdrawn = first, second, unit .. ':withdrawn'
minus(rest, members, settled)
wanting(wanted)
minus(withdrawn, rest, wanted)
local all, gone = redis.call('BITCOUNT', rest), redis.call('BITCOUNT', withdrawn)
count(WITHDRAWN, gone)
count(outcome, all - gone)
redis.call('BITOP', 'OR', settled, settled, rest)
marked(state[4], function(mark, told)
  local ends = redis.call('PEXPIRETIME', mark) -- BITOP would forget it
  if told then minus(rest, rest, told) end
  minus(mark, mark, rest)
  if ends > 0 then redis.call('PEXPIREAT', mark, ends) end
end)
if gone > 0 then redis.call('EXPIREAT', withdrawn, state[1]) else redis.call('UNLINK', withdrawn) end
-- What grew reader by reader has up to twice the room that it needs; a copy has no more than that.
for _, grown in ipairs({outcomes, copies, unit .. ':messages'}) do
  if redis.call('COPY', grown, first, 'REPLACE') == 1 then redis.call('RENAME', first, grown) end
end
redis.call('UNLINK', begun, waiting, later)
redis.call('HSET', KEYS[1], 'closed', outcome)
redis.call('HDEL', KEYS[1], 'owner')
sweep()
finish()
return 1
