-- Read a reader's window, and perhaps close it. Behind windows.lua.
-- KEYS[1] {telegram:12}:windows. ARGV: prefix, position, close it: 0 | 1.
-- Returns {until when it was open (unix seconds) or 0, what opened it}.
local position = tonumber(ARGV[2])
local ends, opener = window_of(position)
if ARGV[3] == '1' then set_window(position, 0, 0) end
return {ends, opener}
