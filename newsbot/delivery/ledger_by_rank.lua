-- What earlier versions have kept of a unit's outcomes, as long as such units last: 1 byte by rank. Behind ledger_segment.lua.
-- What ledger_outcomes.lua knows of a reader is newer.
--   unit:outcomes   string  1 byte by rank: the outcome; 0: HELD, WITHDRAWN, or as the state's `closed` says
--   unit:held       bitmap  who is HELD
--   unit:withdrawn  bitmap  who was WITHDRAWN when the unit was closed
--   unit:counts     hash    outcome → how many of these
--   unit:settled    bitmap  here also of a closed unit

-- nil: none, or it isn't kept here.
local function outcome_by_rank(unit, position)
  if not has(unit .. ':settled', position) then return nil end
  local at = rank(unit .. ':audience', position)
  local outcome = string.byte(redis.call('GETRANGE', unit .. ':outcomes', at, at)) or 0
  if outcome > 0 then return outcome end
  if has(unit .. ':held', position) then return 7 end
  if has(unit .. ':withdrawn', position) then return 4 end
  return tonumber(redis.call('HGET', unit .. ':state', 'closed') or nil)
end

-- The reader's outcome is another one now, or none.
local function no_more_by_rank(unit, position, outcome)
  redis.call('HINCRBY', unit .. ':counts', outcome, -1)
  if has(unit .. ':held', position) then redis.call('SETBIT', unit .. ':held', position, 0) end
end
