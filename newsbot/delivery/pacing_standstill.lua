-- For how long nobody of a lane may send, as newsbot.delivery.pacing.standstill decides. Behind pacing_budget.lua.
-- KEYS[1] budget: see pacing_grant.lua. ARGV: farthest, 1 for a push | 0, longest restraint.
local budget = redis.call('HMGET', KEYS[1], 'paused_until', 'stopped_until', 'pushes_until')
return math.max(left(budget[1], tonumber(ARGV[1])), stopped_for(budget[2], budget[3], ARGV[2], tonumber(ARGV[3])))
