-- Fix the audience of a correction or recall in this segment: whoever has a copy. Behind ledger_frozen.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix, seconds kept, id of the alert whose copies they are, its topics.
-- Returns {readers, tiers that are open…}, or {-1} while requests of that alert are on their way.
local planned = redis.call('GET', KEYS[1])
if planned then return laid(tonumber(planned)) end

local of = prefix .. ':alert:' .. ARGV[3] .. ':'
for tier = 0, 3 do
  if redis.call('BITCOUNT', of .. tier .. ':begun') > 0 then return {-1} end
end
local count = 0
for tier = 0, 3 do
  count = count + lay(tier, of .. tier .. ':copies', 'wants', 'reach', 'topics', ARGV[4], 'story', '', 'of', ARGV[3])
end
redis.call('SET', KEYS[1], count, 'EX', kept)
return laid(count)
