-- Give the worker the next unit that nobody living owns, and count its heartbeat. redis_unit_list.py lists the keys.
-- KEYS[1] …:beats. ARGV: prefix, worker, how many are gone, their names…, how many units the worker holds, their names…,
--   the alerts' ids in the order in which they are served…
-- Returns {unit or '', turn, worker, its beats, worker, its beats, …}.
local prefix, worker, at = ARGV[1], ARGV[2], 3
local function set_of_arguments()
  local found, many = {}, tonumber(ARGV[at])
  for n = at + 1, at + many do found[ARGV[n]] = true end
  at = at + many + 1
  return found
end
local gone, held = set_of_arguments(), set_of_arguments()

redis.call('HINCRBY', KEYS[1], worker, 1)
local owners, loose, works = redis.call('HGETALL', prefix .. ':owners'), {}, {}
for n = 1, #owners, 2 do
  local unit, owner = owners[n], owners[n + 1]
  works[owner] = true
  redis.call('HSETNX', KEYS[1], owner, 0)
  -- Ours and not held: the answer never reached us, or we gave it back with requests on their way.
  if gone[owner] or (owner == worker and not held[unit]) then
    local alert, tier, segment = string.match(unit, '(%d+):(%d+):(%d+)')
    loose[alert] = loose[alert] or {}
    table.insert(loose[alert], {tier .. ':' .. segment, tier * 2 ^ 32 + segment})
  end
end
for name in pairs(gone) do
  if not works[name] then redis.call('HDEL', KEYS[1], name) end
end

local answer = {'', 0}
while at <= #ARGV and answer[1] == '' do
  local alert = ARGV[at]
  local free = prefix .. ':free:' .. alert
  local next = redis.call('ZRANGE', free, 0, 0, 'WITHSCORES')
  local best, score = next[1], tonumber(next[2])
  for _, one in ipairs(loose[alert] or {}) do
    if not best or one[2] < score then best, score = one[1], one[2] end
  end
  if best then
    redis.call('ZREM', free, best)
    redis.call('HSET', prefix .. ':owners', alert .. ':' .. best, worker)
    answer = {alert .. ':' .. best, redis.call('INCR', prefix .. ':turns')}
  end
  at = at + 1
end
for _, value in ipairs(redis.call('HGETALL', KEYS[1])) do answer[#answer + 1] = value end
return answer
