-- How far an alert has come in this segment. Behind ledger_segment.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix.
-- Returns {audience, waiting, begun, untouched, outcome, how many, outcome, …}.
local alert = string.sub(KEYS[1], 1, -8)
local answer = {0, 0, 0, 0}
for tier = 0, 3 do
  local unit = alert .. tier
  if redis.call('EXISTS', unit .. ':state') == 1 then
    redis.call('BITOP', 'OR', first, unit .. ':begun', unit .. ':waiting', unit .. ':settled')
    minus(second, unit .. ':audience', first)
    local figures = {
      redis.call('BITCOUNT', unit .. ':audience'),
      redis.call('ZCARD', unit .. ':later'),
      redis.call('BITCOUNT', unit .. ':begun'),
      redis.call('BITCOUNT', second),
    }
    for at, figure in ipairs(figures) do answer[at] = answer[at] + figure end
    for _, value in ipairs(redis.call('HGETALL', unit .. ':counts')) do answer[#answer + 1] = tonumber(value) end
  end
end
sweep()
return answer
