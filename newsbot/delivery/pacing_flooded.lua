-- Note a refusal and its pause, as newsbot.delivery.pacing.flooded decides. Behind pacing_budget.lua.
-- KEYS[1] budget, KEYS[2] chat: see pacing_grant.lua. ARGV: chat id, pause, farthest, second chat within, chat tolerance,
--   longest restraint, slower, slowest, slower for.
-- Returns whether all pause, not this chat alone.
local pause, farthest, within, tolerance = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local longest, slower, slowest = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local fields = redis.call('HMGET', KEYS[1], 'paused_until', 'flooded_at', 'flooded_chat', 'stretch', 'stretched_until')
local paused_until, flooded_at, flooded_chat = tonumber(fields[1] or '0'), tonumber(fields[2] or '0'), fields[3] or ''

local until_then = now + math.min(pause, farthest)
local since = now - flooded_at
local another = flooded_chat ~= '' and flooded_chat ~= ARGV[1] and since >= 0 and since <= within
if another then
  if left(paused_until, farthest) == 0 then
    local held = left(fields[5], longest) -- for how much longer it is stretched already
    local known = held > 0 and tonumber(fields[4]) or 100
    redis.call('HSET', KEYS[1], 'stretch', math.max(known, math.min(known + slower, slowest)), 'stretched_until',
               string.format('%.0f', math.max(now + held, until_then + ARGV[9])))
  end
  paused_until = math.max(paused_until, until_then)
end
redis.call('HSET', KEYS[1], 'paused_until', string.format('%.0f', paused_until),
           'flooded_at', string.format('%.0f', now), 'flooded_chat', ARGV[1])
local chat_next_at = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), until_then + tolerance)
redis.call('SET', KEYS[2], string.format('%.0f', chat_next_at), 'PX', math.ceil((chat_next_at - now) / 1000) + 1000)
return another and 1 or 0
