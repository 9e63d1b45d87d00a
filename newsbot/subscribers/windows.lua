-- Until when a reader may be written to. redis_segments.py lists the keys. ARGV[1]: the segment's prefix.
local QUARTER = 900 -- seconds: windows that end in the same quarter of an hour share a bitmap
local windows, endings = ARGV[1] .. ':windows', ARGV[1] .. ':endings'

local function ending(quarter)
  return ARGV[1] .. ':ending:' .. string.format('%d', quarter)
end

local function unset(bitmap, position)
  -- Asked first, since clearing a bit beyond the end would make the bitmap longer.
  if redis.call('GETBIT', bitmap, position) == 1 then redis.call('SETBIT', bitmap, position, 0) end
end

-- Until when, in unix seconds, and what opened it; 0, 0: none.
local function window_of(position)
  local kept = redis.call('GETRANGE', windows, position * 5, position * 5 + 4)
  if #kept < 5 then return 0, 0 end
  local ends, opener = struct.unpack('>I4B', kept)
  return ends, opener
end

local function set_window(position, ends, opener)
  local before = window_of(position)
  if before == 0 and ends == 0 then return end
  redis.call('SETRANGE', windows, position * 5, struct.pack('>I4B', ends, opener))
  local left, joined = math.floor(before / QUARTER), math.floor(ends / QUARTER)
  if left == joined then return end
  if before > 0 then unset(ending(left), position) end
  if ends > 0 then
    redis.call('SETBIT', ending(joined), position, 1)
    redis.call('EXPIREAT', ending(joined), (joined + 5) * QUARTER)
    redis.call('ZADD', endings, joined, joined)
  end
end
