pytest_plugins = ["tests.browser", "tests.databases", "tests.kept_logging", "tests.redis_server"]
