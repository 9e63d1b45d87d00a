-- Write one subscriber's state into the segment, if it is newer than what is there.
-- Behind windows.lua.
-- KEYS[1] {telegram:12}:versions; the other keys share its tag (redis_store.py lists them all).
-- ARGV: prefix, position, version, id (8 bytes), other id or '', profile or '' (forgotten), the bitmaps where the bit is 1…
-- Returns {1 applied | 0 not newer, the reader's last active day (2 bytes) or ''}.
local prefix, position, version = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local id, other_id, profile = ARGV[4], ARGV[5], ARGV[6]
local forgotten = profile == ''

local days = prefix .. ':days'
local day = redis.call('GETRANGE', days, position * 2, position * 2 + 1)
local stored = redis.call('GETRANGE', KEYS[1], position * 4, position * 4 + 3)
if #stored == 4 and struct.unpack('>I4', stored) >= version then
  return {0, day}
end

local wanted = {}
for at = 7, #ARGV do
  wanted[ARGV[at]] = true
  redis.call('SADD', prefix .. ':bitmaps', ARGV[at])
  redis.call('SETBIT', prefix .. ':' .. ARGV[at], position, 1)
end
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':bitmaps')) do
  local stays = wanted[name] or (not forgotten and string.sub(name, 1, 7) == 'active:')
  -- Asked first, since clearing a bit beyond the end would make the bitmap longer.
  if not stays and redis.call('GETBIT', prefix .. ':' .. name, position) == 1 then
    redis.call('SETBIT', prefix .. ':' .. name, position, 0)
  end
end

redis.call('SETRANGE', prefix .. ':ids', position * 8, id)
if other_id == '' then
  redis.call('HDEL', prefix .. ':other_ids', position)
else
  redis.call('HSET', prefix .. ':other_ids', position, other_id)
end

local bucket, field = prefix .. ':profile:' .. math.floor(position / 256), string.char(position % 256)
if forgotten then
  redis.call('HDEL', bucket, field)
  redis.call('HDEL', prefix .. ':strikes', position)
  if #day == 2 then redis.call('SETRANGE', days, position * 2, '\0\0') end
  set_window(position, 0, 0)
  for _, name in ipairs({':asked', ':missed', ':offered'}) do unset(prefix .. name, position) end
  day = ''
else
  redis.call('HSET', bucket, field, profile)
end

-- Last: whatever stops this script half way, the next replay does it all again.
redis.call('SETRANGE', KEYS[1], position * 4, struct.pack('>I4', version))
return {1, day}
