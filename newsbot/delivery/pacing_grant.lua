-- Grant sends, as newsbot.delivery.pacing.grant decides. Behind pacing_budget.lua.
-- KEYS[1] budget: hash next_at, paused_until, flooded_at, flooded_chat, stopped_until, pushes_until, stretch, stretched_until,
--   turn:<lane>
-- KEYS[2] chat:   string, its next_at                                       (only with a chat)
-- ARGV: horizon, count, interval, farthest, chat interval, chat tolerance   (these two 0 without a chat),
--   1 for a push | 0, longest restraint, how soon to look again while everything stands still, batch,
--   for how long a moment that has passed may be had, lane
-- Returns {granted, after, ask again after, now}, or {0, ask again after}.
local horizon, count, interval, farthest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local chat_interval, tolerance = tonumber(ARGV[5]), tonumber(ARGV[6])

local budget = redis.call('HMGET', KEYS[1], 'next_at', 'paused_until', 'stopped_until', 'pushes_until', 'stretch',
                          'stretched_until')
local longest = tonumber(ARGV[8])
local stopped = stopped_for(budget[3], budget[4], ARGV[7], longest)
if stopped > 0 then return {0, math.min(stopped, tonumber(ARGV[9]))} end
if left(budget[6], longest) > 0 then interval = math.floor(interval * tonumber(budget[5]) / 100) end
local next_at, paused_until = tonumber(budget[1] or '0'), tonumber(budget[2] or '0')
if next_at > now + farthest or next_at < now - ARGV[11] then next_at = now end
if paused_until > now + farthest then paused_until = 0 end
local start = math.max(next_at, paused_until)

local known = 0
if chat_interval > 0 then
  known = tonumber(redis.call('GET', KEYS[2]) or '0')
  if known > now + farthest + tolerance then known = 0 end
  if known - tolerance > start then return {0, known - tolerance - now} end
  count = 1
end
local batch = tonumber(ARGV[10])
local reach = horizon - (batch > interval and math.min(math.floor(batch / 2), (count - 1) * interval) or 0)
local in_turn = ARGV[7] == '1' and chat_interval == 0
-- Give away the next turn to ask for pushes of this lane; how long until then. So much of the last one is unused.
local length = math.max(batch, interval)
local function turn(filled_until, unused)
  local field = 'turn:' .. ARGV[12]
  local known = tonumber(redis.call('HGET', KEYS[1], field) or '0') - unused
  local earliest = known <= now + farthest and math.max(now, known) or now
  local at = math.max(earliest, filled_until - horizon + (batch > interval and batch or 0))
  redis.call('HSET', KEYS[1], field, string.format('%.0f', at + length))
  return at - now
end
if start - now > reach then return {0, in_turn and turn(start, 0) or start - now - reach} end

local granted = math.min(count, math.floor((horizon - (start - now)) / interval) + 1)
local filled_until = start + granted * interval
redis.call('HSET', KEYS[1], 'next_at', string.format('%.0f', filled_until), 'paused_until', string.format('%.0f', paused_until))
if chat_interval > 0 then
  local chat_next_at = math.max(known, start) + chat_interval
  redis.call('SET', KEYS[2], string.format('%.0f', chat_next_at), 'PX', math.ceil((chat_next_at - now) / 1000) + 1000)
end
local unused = granted == count and math.max(0, length - granted * interval) or 0
return {granted, start - now, in_turn and turn(filled_until, unused) or 0, now}
