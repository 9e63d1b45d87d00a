-- Subscribers whose window closes soon and who were not asked yet whether to go on. Behind windows.lua and
-- ledger_segment.lua.
-- KEYS[1] {messenger:12}:known. ARGV: prefix, after, until (unix seconds), first position to look at, how many to look at.
-- Returns {position to go on from or -1, then for each: position, id (8 bytes), other id, profile, language, window's end, its
--   opener}.
local after, ends_by, at, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local topics, languages, soon = {}, {}, {}
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':bitmaps')) do
  if string.sub(name, 1, 6) == 'topic:' then topics[#topics + 1] = string.sub(name, 7) end
  if string.sub(name, 1, 5) == 'lang:' then languages[#languages + 1] = name end
end
for _, one in ipairs(redis.call('ZRANGEBYSCORE', endings, math.floor(after / QUARTER), math.floor(ends_by / QUARTER))) do
  soon[#soon + 1] = ending(one)
end
if #topics == 0 or #soon == 0 then return {-1} end
redis.call('BITOP', 'OR', first, unpack(soon))
willing(second, first, topics)
minus(second, second, prefix .. ':asked')

local answer, looked_at = {-1}, 0
at = redis.call('BITPOS', second, 1, at, -1, 'BIT')
while at >= 0 and looked_at < most do
  looked_at = looked_at + 1
  local ends, opener = window_of(at)
  if ends > after and ends <= ends_by then
    local language = ''
    for _, name in ipairs(languages) do
      if has(prefix .. ':' .. name, at) then language = string.sub(name, 6) break end
    end
    for _, value in ipairs({
      at,
      redis.call('GETRANGE', prefix .. ':ids', at * 8, at * 8 + 7),
      redis.call('HGET', prefix .. ':other_ids', at) or '',
      redis.call('HGET', prefix .. ':profile:' .. math.floor(at / 256), string.char(at % 256)) or '',
      language, ends, opener,
    }) do answer[#answer + 1] = value end
  end
  at = redis.call('BITPOS', second, 1, at + 1, -1, 'BIT')
end
answer[1] = at
sweep()
return answer
