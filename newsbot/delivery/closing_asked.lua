-- Note who is asked now whether to go on. Behind windows.lua and ledger_segment.lua.
-- KEYS[1] {messenger:12}:asked. ARGV: prefix, then position and window's end of each, as they were listed.
-- Returns the positions of those who were not asked before, and whose window is still that one.
local ours = {}
for at = 2, #ARGV, 2 do
  local position = tonumber(ARGV[at])
  if window_of(position) == tonumber(ARGV[at + 1]) and redis.call('SETBIT', KEYS[1], position, 1) == 0 then
    ours[#ours + 1] = position
  end
end
return ours
