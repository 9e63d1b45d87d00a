pytest_plugins = ["tests.databases", "tests.redis_server"]
