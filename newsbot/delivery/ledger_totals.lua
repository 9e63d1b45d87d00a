-- How far an alert has come in this segment. Behind ledger_outcomes.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix.
-- Returns {audience, waiting, begun, untouched, outcome, how many, outcome, …}; an outcome may come twice.
local alert = string.sub(KEYS[1], 1, -8)
local answer = {tonumber(redis.call('GET', KEYS[1]) or 0), 0, 0, 0}
for tier = 0, 3 do
  local unit = alert .. tier
  local state = redis.call('HMGET', unit .. ':state', 'until', 'closed')
  if state[1] and not state[2] then
    redis.call('BITOP', 'OR', first, unit .. ':begun', unit .. ':waiting', unit .. ':settled')
    minus(second, unit .. ':audience', first)
    answer[2] = answer[2] + redis.call('ZCARD', unit .. ':later')
    answer[3] = answer[3] + redis.call('BITCOUNT', unit .. ':begun')
    answer[4] = answer[4] + redis.call('BITCOUNT', second)
  end
  -- Of an earlier version: ledger_by_rank.lua.
  for _, value in ipairs(redis.call('HGETALL', unit .. ':counts')) do answer[#answer + 1] = tonumber(value) end
end
for _, outcome in ipairs(redis.call('HKEYS', alert .. 'outcomes')) do
  answer[#answer + 1] = tonumber(outcome)
  answer[#answer + 1] = how_many(alert, outcome)
end
sweep()
return answer
