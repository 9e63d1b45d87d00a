-- What all scripts of the ledger share: bitmaps of a segment. ARGV[1]: the segment's prefix. redis_ledger.py lists the keys.
local prefix = ARGV[1]
local known, unreachable, elsewhere = prefix .. ':known', prefix .. ':unreachable', prefix .. ':elsewhere'
local tmp = prefix .. ':tmp:'
local first, second, third = tmp .. '1', tmp .. '2', tmp .. '3' -- for the scripts themselves

local function has(bitmap, position)
  return redis.call('GETBIT', bitmap, position) == 1
end

-- How many in the bitmap stand before the position.
local function rank(bitmap, position)
  if position == 0 then return 0 end
  return redis.call('BITCOUNT', bitmap, 0, position - 1, 'BIT')
end

-- What grew bit by bit has up to twice the room that it needs; a copy has no more than that.
local function fit(key)
  if redis.call('COPY', key, first, 'REPLACE') == 1 then redis.call('RENAME', first, key) end
end

-- target := who is in `base` and not in `without`. No NOT: it would stop at the end of the shorter bitmap.
local function minus(target, base, without)
  redis.call('BITOP', 'AND', tmp .. 'both', base, without)
  redis.call('BITOP', 'XOR', target, base, tmp .. 'both')
end

-- target := who is in `base`, in one of the bitmaps kind .. name (if any is named), and in none of `without`.
local function among(target, base, kind, names, without)
  redis.call('BITOP', 'OR', tmp .. 'without', unpack(without))
  if #names == 0 then
    minus(target, base, tmp .. 'without')
    return
  end
  local bitmaps = {}
  for at, name in ipairs(names) do bitmaps[at] = prefix .. ':' .. kind .. name end
  redis.call('BITOP', 'OR', tmp .. 'any', unpack(bitmaps))
  redis.call('BITOP', 'AND', tmp .. 'any', tmp .. 'any', base)
  minus(target, tmp .. 'any', tmp .. 'without')
end

-- target := those of `base` who follow any of the topics (none named: everyone) and can be written to now.
local function willing(target, base, topics)
  redis.call('BITOP', 'AND', tmp .. 'base', base, known)
  among(target, tmp .. 'base', 'topic:', topics, {prefix .. ':stopped', prefix .. ':paused', unreachable, elsewhere})
end

local function sweep()
  redis.call('UNLINK', first, second, third, tmp .. 'both', tmp .. 'without', tmp .. 'any', tmp .. 'base')
end
