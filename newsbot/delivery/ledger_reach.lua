-- Count whom an alert would go to in this segment. Behind ledger_audience.lua, and ledger_windows.lua.
-- KEYS[1] {telegram:12}:known. ARGV: prefix, topics, languages (JSON lists), story or ''; on channels with windows: the moment
--   (unix seconds) beyond which a window must be open.
-- Returns {now, who must be heard of first}. Of windows that end within a quarter of an hour, where there are very many, the
-- first are looked at and taken for all.
audience(first, cjson.decode(ARGV[2]), cjson.decode(ARGV[3]), ARGV[4])
local everyone = redis.call('BITCOUNT', first)
local reached = everyone
if ARGV[5] then
  local beyond = tonumber(ARGV[5])
  local edge = surely_open(second, beyond)
  redis.call('BITOP', 'AND', second, second, first)
  reached = redis.call('BITCOUNT', second)
  redis.call('BITOP', 'AND', third, first, edge)
  local at, looked_at, open = redis.call('BITPOS', third, 1), 0, 0
  while at >= 0 and looked_at < LOOKED_AT do
    looked_at = looked_at + 1
    if window_of(at) > beyond then open = open + 1 end
    at = redis.call('BITPOS', third, 1, at + 1, -1, 'BIT')
  end
  if looked_at > 0 then reached = reached + math.floor(open / looked_at * redis.call('BITCOUNT', third) + 0.5) end
end
sweep()
return {reached, everyone - reached}
