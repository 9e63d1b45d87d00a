-- Who may be written to now, on channels with windows. Behind windows.lua and ledger_segment.lua.
local LOOKED_AT = 2000 -- windows that are read one by one in a call, at most: some milliseconds

-- target := whose window ends in a later quarter of an hour than `moment` (unix seconds). Returns the bitmap of those whose
-- window ends in the same one: they must be looked at.
local function surely_open(target, moment)
  local quarter = math.floor(moment / QUARTER)
  local later_ones = redis.call('ZRANGEBYSCORE', endings, '(' .. quarter, '+inf')
  for at, one in ipairs(later_ones) do later_ones[at] = ending(one) end
  if #later_ones > 0 then
    redis.call('BITOP', 'OR', target, unpack(later_ones))
  else
    redis.call('UNLINK', target)
  end
  return ending(quarter)
end
