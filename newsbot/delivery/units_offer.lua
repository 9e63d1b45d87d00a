-- Put units of an alert on the list of work, unless they are there. redis_unit_list.py lists the keys.
-- KEYS[1] …:free:<alert>. ARGV: prefix, alert, segment, seconds kept, tiers…
local prefix, alert, segment, kept = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
for at = 5, #ARGV do
  local member = ARGV[at] .. ':' .. segment
  if redis.call('HEXISTS', prefix .. ':owners', alert .. ':' .. member) == 0 then
    redis.call('ZADD', KEYS[1], 'NX', ARGV[at] * 2 ^ 32 + segment, member)
  end
end
redis.call('SADD', prefix .. ':segments:' .. alert, segment)
redis.call('EXPIRE', prefix .. ':segments:' .. alert, kept)
redis.call('EXPIRE', KEYS[1], kept)
return 1
