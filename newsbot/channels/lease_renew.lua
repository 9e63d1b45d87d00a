-- Take or keep a lease. KEYS[1] the lease. ARGV: our token, its life in milliseconds. Returns 1 ours | 0 another's.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
