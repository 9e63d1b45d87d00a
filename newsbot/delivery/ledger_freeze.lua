-- Fix an alert's audience in this segment, once, and mark it as told. Behind ledger_audience.lua and ledger_frozen.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix, seconds kept, topics, languages (JSON lists), marks (a space
--   between two), seconds a mark is kept, position of the public channel or '', bitmap of today, bitmaps of the days before…
-- Returns {readers, tiers that are open…}.
local planned = redis.call('GET', KEYS[1])
if planned then return laid(tonumber(planned)) end

local marks, channel = marks_to_bear(ARGV[5], ARGV[6]), tonumber(ARGV[7])
local everyone, active, tier = first, second, third
audience(everyone, cjson.decode(ARGV[3]), cjson.decode(ARGV[4]), marks[1] or '')
local count = 0
local there = channel and has(known, channel) and not has(unreachable, channel)
  and not (marks[1] and has(prefix .. ':story:' .. marks[1], channel))
if channel then redis.call('SETBIT', everyone, channel, there and 1 or 0) end
for at, mark in ipairs(marks) do
  local told = prefix .. ':story:' .. mark
  if at > 1 and redis.call('EXISTS', told) == 1 then
    -- Who bears it already keeps it when this alert is stopped.
    redis.call('BITOP', 'AND', alert .. 'told', told, everyone)
    redis.call('EXPIRE', alert .. 'told', kept)
  end
  redis.call('BITOP', 'OR', told, told, everyone)
  redis.call('EXPIRE', told, ARGV[6])
end
if there then
  redis.call('SETBIT', everyone, channel, 0)
  redis.call('SETBIT', tier, channel, 1)
  count = lay(0, tier, 'wants', 'reach', 'topics', ARGV[3], 'story', ARGV[5])
end

local days = {}
for at = 9, #ARGV do days[#days + 1] = prefix .. ':' .. ARGV[at] end
redis.call('BITOP', 'AND', tier, everyone, prefix .. ':' .. ARGV[8])
count = count + lay(1, tier, 'wants', 'topics', 'topics', ARGV[3], 'story', ARGV[5])
minus(everyone, everyone, tier)
redis.call('BITOP', 'OR', active, unpack(days))
redis.call('BITOP', 'AND', tier, everyone, active)
count = count + lay(2, tier, 'wants', 'topics', 'topics', ARGV[3], 'story', ARGV[5])
minus(everyone, everyone, tier)
count = count + lay(3, everyone, 'wants', 'topics', 'topics', ARGV[3], 'story', ARGV[5])
redis.call('SET', KEYS[1], count, 'EX', kept)
sweep()
return laid(count)
