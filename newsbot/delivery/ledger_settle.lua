-- Keep what became of deliveries that were begun. Behind windows.lua and ledger_unit.lua. May write when the server is full.
-- KEYS[1] the unit's :state. ARGV: prefix, seconds that copies are kept, then 9 bytes for each: position (4), outcome or 0 (wait)
--   or -1 (wait in doubt), message or ms to wait or of who is HELD the end of the window that was taken for open (4); then position and message id of each whose id doesn't fit into 4 bytes.
-- Nothing replaces what is known; what is known replaces UNKNOWN and HELD; 'certainly not sent' does too while the unit is open.
local state = redis.call('HMGET', KEYS[1], 'until', 'closed')
if not state[1] then return 0 end
local closed, time = state[2], now()
local strikes = prefix .. ':strikes'
local someone_struck = redis.call('EXISTS', strikes) == 1

-- The outcome by which the reader is settled, 0 if by the closing of the unit, nil if not settled.
local function known_of(position)
  if not has(settled, position) then return nil end
  if has(held, position) then return HELD end
  local at = rank(members, position)
  return string.byte(redis.call('GETRANGE', outcomes, at, at)) or 0
end

local function settle_now(position, outcome, message, other_message)
  local before = known_of(position)
  if before == HELD then
    if outcome == UNKNOWN or outcome == HELD then return end
    redis.call('SETBIT', held, position, 0)
  elseif before and (before ~= UNKNOWN or outcome == UNKNOWN) then
    return
  end
  if before then
    count(before, -1)
  elseif outcome == UNKNOWN and has(waiting, position) then
    redis.call('SETBIT', doubtful, position, 1)
    return
  end
  local place = settle(position, outcome)
  if outcome ~= UNKNOWN then clear(doubtful, position) end
  if outcome ~= SENT then return end
  if someone_struck then redis.call('HDEL', strikes, position) end
  if message ~= '' then
    redis.call('SETRANGE', unit .. ':messages', place * 4, message)
  elseif other_message ~= '' then
    redis.call('HSET', unit .. ':other_messages', position, other_message)
  else
    return
  end
  redis.call('SETBIT', copies, position, 1)
end

local function postpone(position, due, in_doubt)
  local before = known_of(position)
  if before then
    if before ~= UNKNOWN or closed or in_doubt or has(doubtful, position) then return end
    redis.call('SETBIT', settled, position, 0)
    redis.call('SETRANGE', outcomes, rank(members, position), '\0')
    count(UNKNOWN, -1)
    wait(position, due)
  elseif has(waiting, position) then
    -- A worker before us: of the request that it left, it knows better than we do.
    if in_doubt then redis.call('SETBIT', doubtful, position, 1) else clear(doubtful, position) end
    wait(position, due)
  elseif in_doubt then
    doubt(position, due)
  else
    wait(position, due)
  end
end

local other_messages = {}
for at = 4, #ARGV, 2 do other_messages[tonumber(ARGV[at])] = ARGV[at + 1] end
for at = 1, #ARGV[3], 9 do
  local position, outcome, number = struct.unpack('>I4bI4', ARGV[3], at)
  if has(members, position) then
    if outcome == HELD then
      -- Not the window that the reader has opened while the platform's answer was on its way.
      if number > 0 and window_of(position) == number then set_window(position, 0, 0) end
      settle_now(position, HELD, '', '')
    elseif outcome > 0 then
      local message = number > 0 and string.sub(ARGV[3], at + 5, at + 8) or ''
      settle_now(position, outcome, message, other_messages[position] or '')
    else
      postpone(position, time + number, outcome < 0)
    end
  end
end
for _, key in ipairs({copies, unit .. ':messages', unit .. ':other_messages'}) do
  redis.call('EXPIRE', key, ARGV[2])
end
finish()
return 1
