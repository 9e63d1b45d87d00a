-- Note what the platform said of our quota, as newsbot.delivery.pacing.restrain decides. Behind pacing_budget.lua.
-- KEYS[1] budget: see pacing_grant.lua. ARGV: who stops ('' | pushes | everything), stretch in per cent, for how long,
--   longest restraint.
local until_then = now + tonumber(ARGV[3])
if tonumber(ARGV[2]) > 100 then
  redis.call('HSET', KEYS[1], 'stretch', ARGV[2], 'stretched_until', string.format('%.0f', until_then))
end
if ARGV[1] ~= '' then
  local field = ARGV[1] == 'everything' and 'stopped_until' or 'pushes_until'
  local known = tonumber(redis.call('HGET', KEYS[1], field) or '0')
  if known > now + tonumber(ARGV[4]) then known = 0 end
  redis.call('HSET', KEYS[1], field, string.format('%.0f', math.max(known, until_then)))
end
return 1
