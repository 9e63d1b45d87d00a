-- Take the marks back of who is begun. Behind ledger_unit.lua.
-- KEYS[1] the unit's :state. ARGV: prefix, worker, number of this call, positions that stay begun…
-- Returns how many wait now, due at once, or -1: the unit is another's.
local state = redis.call('HMGET', KEYS[1], 'owner', 'closed', 'number')
if state[1] ~= ARGV[2] or state[2] or tonumber(state[3]) >= tonumber(ARGV[3]) then return -1 end
-- A claim that is older and arrives later is refused: whoever it would begin nobody would send to.
redis.call('HSET', KEYS[1], 'number', ARGV[3])

local stays, back, time = {}, 0, now()
for at = 4, #ARGV do stays[tonumber(ARGV[at])] = true end
positions(begun, function(position)
  if not stays[position] then
    wait(position, time)
    back = back + 1
  end
end)
finish()
return back
