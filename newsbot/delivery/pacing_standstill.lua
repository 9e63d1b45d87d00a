-- For how long nobody of a lane may send, as newsbot.delivery.pacing.standstill decides. Microseconds.
-- KEYS[1] budget: see pacing_grant.lua. ARGV: farthest, 1 for a push | 0, longest restraint.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local budget = redis.call('HMGET', KEYS[1], 'paused_until', 'stopped_until', 'pushes_until')
local function left(field, latest) -- what is said of a later time was written by a clock that has jumped back since
  local until_then = tonumber(budget[field] or '0')
  return until_then <= now + latest and until_then - now or 0
end
local longest = tonumber(ARGV[3])
return math.max(0, left(1, tonumber(ARGV[1])), left(2, longest), ARGV[2] == '1' and left(3, longest) or 0)
