-- What a reader missed while their window was closed. Behind windows.lua and ledger_outcomes.lua.
-- KEYS[1] {messenger:12}:held. ARGV: prefix, position, what: offer | list | decline, the oldest that counts (unix seconds).
-- Returns {alert, tier, alert, tier, …}, who was held last first. `offer`: none when it was offered since the window opened, and
--   it is noted as offered.
local position, what = tonumber(ARGV[2]), ARGV[3]
local missed, offered = prefix .. ':missed', prefix .. ':offered'
if what == 'decline' then
  unset(missed, position)
  return {}
end
if what == 'offer' and (not has(missed, position) or has(offered, position)) then return {} end

local HELD, found = 7, {}
for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', ARGV[4])) do
  local alert = prefix .. ':alert:' .. id .. ':'
  local held = is(alert, HELD, position)
  for tier = 0, 3 do
    -- `:held` is of an earlier version: ledger_by_rank.lua.
    if has(alert .. tier .. (held and ':audience' or ':held'), position) then
      found[#found + 1] = tonumber(id)
      found[#found + 1] = tier
      break
    end
  end
end
if #found == 0 then
  unset(missed, position)
elseif what == 'offer' then
  redis.call('SETBIT', offered, position, 1)
end
return found
