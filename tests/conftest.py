pytest_plugins = ["tests.databases", "tests.kept_logging", "tests.redis_server"]
