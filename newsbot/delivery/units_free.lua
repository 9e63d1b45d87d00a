-- Nobody owns the unit any more. redis_unit_list.py lists the keys.
-- KEYS[1] …:owners. ARGV: prefix, alert, tier, segment, worker, seconds kept.
local unit = ARGV[2] .. ':' .. ARGV[3] .. ':' .. ARGV[4]
if redis.call('HGET', KEYS[1], unit) == ARGV[5] then
  redis.call('HDEL', KEYS[1], unit)
  redis.call('ZADD', ARGV[1] .. ':free:' .. ARGV[2], 'NX', ARGV[3] * 2 ^ 32 + ARGV[4], ARGV[3] .. ':' .. ARGV[4])
  redis.call('EXPIRE', ARGV[1] .. ':free:' .. ARGV[2], ARGV[6])
end
return 1
