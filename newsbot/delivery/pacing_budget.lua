-- What the scripts of a pace share. Microseconds, by the server's clock.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

-- How much longer holds what a field says until when, 0: not any more. What lies further ahead than `longest` was written by a
-- clock that has jumped back since.
local function left(until_then, longest)
  until_then = tonumber(until_then or '0')
  return until_then <= now + longest and math.max(0, until_then - now) or 0
end

-- For how long a lane stands still, as Budget.stopped_for; `push`: '1' unless it is the replies'.
local function stopped_for(stopped_until, pushes_until, push, longest)
  return math.max(left(stopped_until, longest), push == '1' and left(pushes_until, longest) or 0)
end
