-- Keep what was done to an account, unless something newer is known. KEYS[1] a hash of action, reason, at.
-- ARGV: action, reason, at (unix milliseconds). Returns 1 when this is what is known now, 0 when it is outdated.
local known = redis.call('HGET', KEYS[1], 'at')
if known and tonumber(known) > tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', KEYS[1], 'action', ARGV[1], 'reason', ARGV[2], 'at', ARGV[3])
return 1
