-- Reserve a send to each chat now, as newsbot.delivery.pacing.reserve decides. Microseconds, by the server's clock.
-- KEYS chats: see pacing_grant.lua. ARGV: farthest, then each chat's interval and tolerance…
-- Returns for each chat 0, or how long it must be left alone: then nothing is reserved.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local farthest, answer = tonumber(ARGV[1]), {}
for at, chat in ipairs(KEYS) do
  local interval, tolerance = tonumber(ARGV[at * 2]), tonumber(ARGV[at * 2 + 1])
  local known = tonumber(redis.call('GET', chat) or '0')
  if known > now + farthest + tolerance then known = 0 end
  if known - tolerance > now then
    answer[at] = known - tolerance - now
  else
    local next_at = math.max(known, now) + interval
    redis.call('SET', chat, string.format('%.0f', next_at), 'PX', math.ceil((next_at - now) / 1000) + 1000)
    answer[at] = 0
  end
end
return answer
