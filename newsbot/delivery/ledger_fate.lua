-- What is known of one reader and one alert. Behind ledger_outcomes.lua and ledger_by_rank.lua.
-- KEYS[1] {telegram:12}:alert:<id>:planned. ARGV: prefix, position.
-- Returns {outcome or 0, waiting, begun}, or {}: not in the audience.
local alert, position = string.sub(KEYS[1], 1, -8), tonumber(ARGV[2])
local outcome = outcome_of(alert, position)
for tier = 0, 3 do
  local unit = alert .. tier
  if has(unit .. ':audience', position) then
    return {
      outcome or outcome_by_rank(unit, position) or 0,
      redis.call('GETBIT', unit .. ':waiting', position),
      redis.call('GETBIT', unit .. ':begun', position),
    }
  end
end
return outcome and {outcome, 0, 0} or {} -- of closed units the outcomes stay when the audience goes
