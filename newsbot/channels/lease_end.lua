-- End a lease if this token holds it. KEYS[1] the lease. ARGV: the token.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
