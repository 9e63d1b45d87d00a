-- Give the unit to the worker that the list of units names. Behind ledger_unit.lua.
-- KEYS[1] the unit's :state. ARGV: prefix, worker, turn (grows with every taking), number that its claims are above,
--   resend: 0 | 1.
-- Returns {readers that another left begun, who has an outcome by this}, {-1} it is closed (or gone), {-2} it was taken again
--   since.
local worker, turn, resend = ARGV[2], tonumber(ARGV[3]), ARGV[5] == '1'
local state = redis.call('HMGET', KEYS[1], 'until', 'closed', 'owner', 'turn')
if not state[1] or state[2] then return {-1} end
if tonumber(state[4] or '0') >= turn then return {-2} end

local left = 0
if state[3] ~= worker then
  local time = now()
  positions(begun, function(position)
    if resend then doubt(position, time) else settle(position, UNKNOWN) end
    left = left + 1
  end)
end
redis.call('HSET', KEYS[1], 'owner', worker, 'turn', turn, 'number', ARGV[4])
finish()
return {left, who_became()}
