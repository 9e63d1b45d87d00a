-- Laying down the units of an alert in a segment. Behind ledger_segment.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV[2]: seconds that the units are kept.
local alert, kept = string.sub(KEYS[1], 1, -8), tonumber(ARGV[2])

-- Make the tier's unit of `members`; ...: fields of its state. Nobody: no unit.
local function lay(tier, members, ...)
  local count = redis.call('BITCOUNT', members)
  if count > 0 then
    local unit = alert .. tier
    redis.call('COPY', members, unit .. ':audience', 'REPLACE')
    redis.call('HSET', unit .. ':state', 'until', redis.call('TIME')[1] + kept, ...)
    redis.call('EXPIRE', unit .. ':audience', kept)
    redis.call('EXPIRE', unit .. ':state', kept)
  end
  return count
end

-- Readers in the segment's units, and the tiers of those that are open.
local function laid(count)
  local answer = {count}
  for tier = 0, 3 do
    local state = alert .. tier .. ':state'
    if redis.call('EXISTS', state) == 1 and redis.call('HEXISTS', state, 'closed') == 0 then
      answer[#answer + 1] = tier
    end
  end
  return answer
end
