-- Fix an alert's audience in this segment, once, and reserve its story. Behind ledger_audience.lua and ledger_frozen.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix, seconds kept, topics, languages (JSON lists), story or '',
--   seconds a story is kept, position of the public channel or '', bitmap of today, bitmaps of the days before…
-- Returns {readers, tiers that are open…}.
local planned = redis.call('GET', KEYS[1])
if planned then return laid(tonumber(planned)) end

local story, channel = ARGV[5], tonumber(ARGV[7])
local everyone, active, tier = first, second, third
audience(everyone, cjson.decode(ARGV[3]), cjson.decode(ARGV[4]), story)
local count = 0
if channel then
  redis.call('SETBIT', everyone, channel, 0)
  if has(known, channel) and not has(unreachable, channel) and not has(prefix .. ':story:' .. story, channel) then
    redis.call('SETBIT', tier, channel, 1)
    count = lay(0, tier, 'wants', 'reach', 'topics', ARGV[3], 'story', story)
    if story ~= '' then redis.call('SETBIT', prefix .. ':story:' .. story, channel, 1) end
  end
end
if story ~= '' then
  redis.call('BITOP', 'OR', prefix .. ':story:' .. story, prefix .. ':story:' .. story, everyone)
  redis.call('EXPIRE', prefix .. ':story:' .. story, ARGV[6])
end

local days = {}
for at = 9, #ARGV do days[#days + 1] = prefix .. ':' .. ARGV[at] end
redis.call('BITOP', 'AND', tier, everyone, prefix .. ':' .. ARGV[8])
count = count + lay(1, tier, 'wants', 'topics', 'topics', ARGV[3], 'story', story)
minus(everyone, everyone, tier)
redis.call('BITOP', 'OR', active, unpack(days))
redis.call('BITOP', 'AND', tier, everyone, active)
count = count + lay(2, tier, 'wants', 'topics', 'topics', ARGV[3], 'story', story)
minus(everyone, everyone, tier)
count = count + lay(3, everyone, 'wants', 'topics', 'topics', ARGV[3], 'story', story)
redis.call('SET', KEYS[1], count, 'EX', kept)
sweep()
return laid(count)
