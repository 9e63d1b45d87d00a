-- Count whom an alert would go to in this segment.
-- KEYS[1] {telegram:12}:known. ARGV: prefix, topics, languages (JSON lists), story or ''.
audience(first, cjson.decode(ARGV[2]), cjson.decode(ARGV[3]), ARGV[4])
local count = redis.call('BITCOUNT', first)
sweep()
return count
