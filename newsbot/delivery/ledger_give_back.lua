-- The worker gives the unit back. Behind ledger_unit.lua.
-- KEYS[1] the unit's :state. ARGV: prefix, worker.
-- Returns 1 nobody owns it now | 0 requests are on their way, it stays the worker's | -1 it is another's.
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return 1 end
if owner ~= ARGV[2] then return -1 end
if redis.call('BITCOUNT', begun) > 0 then return 0 end
redis.call('HDEL', KEYS[1], 'owner')
return 1
