-- Fix the audience of a retry in this segment: who certainly did not get the alert before, wants it and can be reached now.
-- Behind ledger_audience.lua, ledger_outcomes.lua and ledger_frozen.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix, seconds kept, id of the alert that is retried, its topics, its marks (a
--   space between two), seconds a mark is kept, outcomes of who lost the marks by them, outcomes of who kept them (JSON lists).
-- Returns {readers, tiers that are open…}.
local planned = redis.call('GET', KEYS[1])
if planned then return laid(tonumber(planned)) end

local of = prefix .. ':alert:' .. ARGV[3] .. ':'
local marks = marks_to_bear(ARGV[5], ARGV[6])
local passed_over, refused, everyone = first, second, third

local function gather(target, outcomes)
  redis.call('UNLINK', target)
  for _, outcome in ipairs(cjson.decode(outcomes)) do
    local list = list_of(of, tostring(outcome))
    if list == '' then redis.call('BITOP', 'OR', target, target, bitmap_of(of, tostring(outcome))) end
    for at = 1, list and #list or 0, 2 do redis.call('SETBIT', target, (struct.unpack('>I2', list, at)), 1) end
  end
end

gather(passed_over, ARGV[7])
-- Another alert has told them since.
if marks[1] then minus(passed_over, passed_over, prefix .. ':story:' .. marks[1]) end
gather(refused, ARGV[8])
redis.call('BITOP', 'OR', everyone, passed_over, refused)
willing(everyone, everyone, cjson.decode(ARGV[4]))
for at, mark in ipairs(marks) do
  local told = prefix .. ':story:' .. mark
  if at > 1 and redis.call('EXISTS', told) == 1 then
    -- Who bore it before the alert that is retried keeps it when this one is stopped.
    redis.call('BITOP', 'AND', alert .. 'told', told, everyone)
    minus(alert .. 'told', alert .. 'told', refused)
    redis.call('BITOP', 'AND', refused, refused, of .. 'told')
    redis.call('BITOP', 'OR', alert .. 'told', alert .. 'told', refused)
    redis.call('EXPIRE', alert .. 'told', kept)
  end
  redis.call('BITOP', 'OR', told, told, everyone)
  redis.call('EXPIRE', told, ARGV[6])
end
local count = lay(3, everyone, 'wants', 'topics', 'topics', ARGV[4], 'story', ARGV[5])
redis.call('SET', KEYS[1], count, 'EX', kept)
sweep()
return laid(count)
