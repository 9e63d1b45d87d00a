-- Note that the reader in this slot wrote today, and the window that this opens. Reads only, when that was noted before.
-- Behind windows.lua.
-- KEYS[1] {telegram:12}:days. ARGV: prefix, position, id (8 bytes), other id, today (2 bytes), today's bitmap, its life in
--   seconds, and where the channel has windows: the time and the window's end (unix seconds), its opener.
-- Returns -1 when another reader or nobody is in the slot, else the reader's bit in `unreachable`.
local prefix, position = ARGV[1], tonumber(ARGV[2])
if redis.call('GETRANGE', prefix .. ':ids', position * 8, position * 8 + 7) ~= ARGV[3]
  or (redis.call('HGET', prefix .. ':other_ids', position) or '') ~= ARGV[4] then
  return -1
end

local day = redis.call('GETRANGE', KEYS[1], position * 2, position * 2 + 1)
if #day < 2 or struct.unpack('>H', day) < struct.unpack('>H', ARGV[5]) then
  local bitmap = prefix .. ':' .. ARGV[6]
  if redis.call('SADD', prefix .. ':bitmaps', ARGV[6]) == 1 then
    -- A new day: the names of bitmaps that have expired meanwhile can go.
    for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':bitmaps')) do
      if name ~= ARGV[6] and string.sub(name, 1, 7) == 'active:' and redis.call('EXISTS', prefix .. ':' .. name) == 0 then
        redis.call('SREM', prefix .. ':bitmaps', name)
      end
    end
  end
  redis.call('SETBIT', bitmap, position, 1)
  redis.call('EXPIRE', bitmap, ARGV[7])
  redis.call('SETRANGE', KEYS[1], position * 2, ARGV[5])
end

if ARGV[8] then
  local time, ends, before = tonumber(ARGV[8]), tonumber(ARGV[9]), window_of(position)
  if ends > before then
    -- An event that comes late says nothing new: a window only grows, and who was asked since was not heard of.
    unset(prefix .. ':asked', position)
    if before <= time + 60 then -- it was closed for what we send unasked (`permits.MARGIN`)
      unset(prefix .. ':offered', position)
      redis.call('ZREMRANGEBYSCORE', endings, '-inf', math.floor(time / QUARTER) - 5)
    end
    set_window(position, ends, ARGV[10])
  end
end
return redis.call('GETBIT', prefix .. ':unreachable', position)
