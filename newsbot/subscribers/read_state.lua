-- Read one subscriber out of the segment.
-- KEYS[1] {telegram:12}:versions. ARGV: prefix, position.
-- Returns {version (4 bytes), id (8 bytes), other id, profile, last active day (2 bytes), the bitmaps where the bit is 1…}.
local prefix, position = ARGV[1], tonumber(ARGV[2])
local found = {
  redis.call('GETRANGE', KEYS[1], position * 4, position * 4 + 3),
  redis.call('GETRANGE', prefix .. ':ids', position * 8, position * 8 + 7),
  redis.call('HGET', prefix .. ':other_ids', position) or '',
  redis.call('HGET', prefix .. ':profile:' .. math.floor(position / 256), string.char(position % 256)) or '',
  redis.call('GETRANGE', prefix .. ':days', position * 2, position * 2 + 1),
}
for _, name in ipairs(redis.call('SMEMBERS', prefix .. ':bitmaps')) do
  if string.sub(name, 1, 7) ~= 'active:' and redis.call('GETBIT', prefix .. ':' .. name, position) == 1 then
    found[#found + 1] = name
  end
end
return found
