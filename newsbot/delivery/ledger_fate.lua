-- What is known of one reader and one alert. Behind ledger_segment.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix, position.
-- Returns {outcome or 0, waiting, begun}, or {}: not in the audience.
local alert, position = string.sub(KEYS[1], 1, -8), tonumber(ARGV[2])
for tier = 0, 3 do
  local unit = alert .. tier
  if has(unit .. ':audience', position) then
    local outcome = 0
    if has(unit .. ':settled', position) then
      local at = position == 0 and 0 or redis.call('BITCOUNT', unit .. ':audience', 0, position - 1, 'BIT')
      outcome = string.byte(redis.call('GETRANGE', unit .. ':outcomes', at, at)) or 0
      if outcome == 0 then
        outcome = has(unit .. ':held', position) and 7 or has(unit .. ':withdrawn', position) and 4
          or tonumber(redis.call('HGET', unit .. ':state', 'closed'))
      end
    end
    return {outcome, redis.call('GETBIT', unit .. ':waiting', position), redis.call('GETBIT', unit .. ':begun', position)}
  end
end
return {}
