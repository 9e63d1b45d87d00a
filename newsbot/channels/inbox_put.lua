-- Keep an event, unless its id was seen before.
-- KEYS[1] {inbox:…}:events, KEYS[2] the seen key. ARGV: the event, offset in the bitmap or '' (a key of its own), seconds to remember.
-- Returns 1 kept | 0 seen before.
local seen, offset, seconds = KEYS[2], ARGV[2], ARGV[3]
if offset == '' then
  if not redis.call('SET', seen, '1', 'NX', 'EX', seconds) then return 0 end
else
  if redis.call('SETBIT', seen, offset, 1) == 1 then return 0 end
  redis.call('EXPIRE', seen, seconds)
end
redis.call('XADD', KEYS[1], '*', 'event', ARGV[1])
return 1
