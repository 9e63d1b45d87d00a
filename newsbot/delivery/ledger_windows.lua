-- Who may be written to now, on channels with windows. Behind windows.lua and ledger_segment.lua.
local LOOKED_AT = 2000 -- windows that are read one by one in a call, at most: some milliseconds

-- target := whose window ends in a later quarter of an hour than `moment` (unix seconds). Returns the bitmap of those whose
-- window ends in the same one: they must be looked at.
local function surely_open(target, moment)
  local quarter = math.floor(moment / QUARTER)
  local later_ones = redis.call('ZRANGEBYSCORE', endings, '(' .. quarter, '+inf')
  for at, one in ipairs(later_ones) do later_ones[at] = ending(one) end
  redis.call('UNLINK', target)
  -- Up to 16 bitmaps the server takes word by word, more of them byte by byte.
  for at = 1, #later_ones, 15 do
    redis.call('BITOP', 'OR', target, target, unpack(later_ones, at, math.min(at + 14, #later_ones)))
  end
  return ending(quarter)
end
