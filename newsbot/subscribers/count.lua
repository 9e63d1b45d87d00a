-- Count the segment's readers.
-- KEYS[1] {telegram:12}:known. ARGV: prefix.
-- Returns {subscribers, of them reachable, topic, of the reachable who follow it, topic, …}.
local prefix = ARGV[1]
local known, stopped = KEYS[1], prefix .. ':stopped'
local aside, reachable, followers = prefix .. ':tmp:aside', prefix .. ':tmp:reachable', prefix .. ':tmp:followers'

redis.call('BITOP', 'AND', aside, known, stopped)
local subscribers = redis.call('BITCOUNT', known) - redis.call('BITCOUNT', aside)

-- known and not aside, without NOT: that would stop at the end of the shorter bitmap.
redis.call('BITOP', 'OR', aside, stopped, prefix .. ':paused', prefix .. ':unreachable', prefix .. ':elsewhere')
redis.call('BITOP', 'AND', aside, known, aside)
redis.call('BITOP', 'XOR', reachable, known, aside)
local counts = {subscribers, redis.call('BITCOUNT', reachable)}

for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':bitmaps')) do
  if string.sub(name, 1, 6) == 'topic:' then
    redis.call('BITOP', 'AND', followers, reachable, prefix .. ':' .. name)
    counts[#counts + 1] = string.sub(name, 7)
    counts[#counts + 1] = redis.call('BITCOUNT', followers)
  end
end
redis.call('UNLINK', aside, reachable, followers)
return counts
