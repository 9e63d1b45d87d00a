-- Reserve a send to each chat now, as newsbot.delivery.pacing.reserve decides. Behind pacing_budget.lua.
-- KEYS[1] the prefix of the chats' keys (see pacing_grant.lua), all in its slot. ARGV: farthest, the chats' ids in one text,
--   the kind of each (a digit), then each kind's interval and tolerance.
-- Returns for each chat 0, or how long it must be left alone: then nothing is reserved.
local farthest, kinds, at, answer = tonumber(ARGV[1]), ARGV[3], 0, {}
local limits = {}
for place = 4, #ARGV, 2 do limits[#limits + 1] = {tonumber(ARGV[place]), tonumber(ARGV[place + 1])} end
for id in string.gmatch(ARGV[2], '%S+') do
  at = at + 1
  local limit = limits[tonumber(string.sub(kinds, at, at)) + 1]
  local interval, tolerance, chat = limit[1], limit[2], KEYS[1] .. id
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
