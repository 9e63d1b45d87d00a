-- Take a lease or go on holding it. KEYS[1] the lease: a hash of holder and beats. ARGV: our token.
-- Returns {holder, beats} as they are now.
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then
  return {holder, redis.call('HGET', KEYS[1], 'beats')}
end
redis.call('HSET', KEYS[1], 'holder', ARGV[1])
return {ARGV[1], tostring(redis.call('HINCRBY', KEYS[1], 'beats', 1))}
