-- Keep what became of deliveries that were begun. Behind windows.lua, ledger_unit.lua and ledger_by_rank.lua. May write when the server is full.
-- KEYS[1] the unit's :state. ARGV: prefix, seconds that copies are kept, then 9 bytes for each: position (4), outcome or 0 (wait)
--   or -1 (wait in doubt), message or ms to wait or of who is HELD the end of the window that was taken for open (4); then position and message id of each whose id doesn't fit into 4 bytes.
-- Returns who has an outcome by this (`who_became` of ledger_unit.lua), or {''}: there is no such unit.
-- Nothing replaces what is known; what is known replaces UNKNOWN and HELD; 'certainly not sent' does too while the unit is open.
local state = redis.call('HMGET', KEYS[1], 'until', 'closed')
if not state[1] then return {''} end
local closed, time = state[2], now()
local strikes = prefix .. ':strikes'
local someone_struck = redis.call('EXISTS', strikes) == 1

-- The reader's outcome, nil: none; and whether an earlier version has kept it.
local function known_of(position)
  if not closed and not has(settled, position) then return nil, false end
  local outcome = outcome_of(alert, position)
  if outcome then return outcome, false end
  return outcome_by_rank(unit, position), true
end

local function forget(position, outcome, by_rank)
  if by_rank then no_more_by_rank(unit, position, outcome) else unmark(alert, outcome, position) end
end

local function settle_now(position, outcome, message, other_message)
  local before, by_rank = known_of(position)
  if before == HELD then
    if outcome == UNKNOWN or outcome == HELD then return end
  elseif before and (before ~= UNKNOWN or outcome == UNKNOWN) then
    return
  end
  if before then
    forget(position, before, by_rank)
  elseif outcome == UNKNOWN and has(waiting, position) then
    redis.call('SETBIT', doubtful, position, 1)
    return
  end
  if closed then record(position, outcome) else settle(position, outcome) end
  if outcome ~= UNKNOWN then clear(doubtful, position) end
  if outcome ~= SENT then return end
  if someone_struck then redis.call('HDEL', strikes, position) end
  if not has(members, position) then
    return -- so late that nobody could change a copy
  elseif message ~= '' then
    redis.call('SETRANGE', messages, rank(members, position) * 4, message)
  elseif other_message ~= '' then
    redis.call('HSET', other_messages, position, other_message)
  else
    return
  end
  redis.call('SETBIT', copies, position, 1)
end

local function postpone(position, due, in_doubt)
  local before, by_rank = known_of(position)
  if before then
    if before ~= UNKNOWN or closed or in_doubt or has(doubtful, position) then return end
    redis.call('SETBIT', settled, position, 0)
    forget(position, UNKNOWN, by_rank)
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

local others = {}
for at = 4, #ARGV, 2 do others[tonumber(ARGV[at])] = ARGV[at + 1] end
for at = 1, #ARGV[3], 9 do
  local position, outcome, number = struct.unpack('>I4bI4', ARGV[3], at)
  if has(members, position) or closed and outcome_of(alert, position) then
    if outcome == HELD then
      -- Not the window that the reader has opened while the platform's answer was on its way.
      if number > 0 and window_of(position) == number then set_window(position, 0, 0) end
      settle_now(position, HELD, '', '')
    elseif outcome > 0 then
      local message = number > 0 and string.sub(ARGV[3], at + 5, at + 8) or ''
      settle_now(position, outcome, message, others[position] or '')
    else
      postpone(position, time + number, outcome < 0)
    end
  end
end
for _, key in ipairs({copies, messages, other_messages}) do redis.call('EXPIRE', key, ARGV[2]) end
redis.call('EXPIRE', members, ARGV[2], 'GT') -- ranks, as long as there are messages by rank
finish()
return who_became()
