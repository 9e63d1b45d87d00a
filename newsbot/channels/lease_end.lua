-- End a lease if it is as it was seen. KEYS[1] the lease. ARGV: the holder, its beats or '' for any.
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1]
  and (ARGV[2] == '' or redis.call('HGET', KEYS[1], 'beats') == ARGV[2]) then
  redis.call('DEL', KEYS[1])
end
return 1
