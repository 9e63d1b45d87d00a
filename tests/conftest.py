pytest_plugins = [
    "tests.browser",
    "tests.databases",
    "tests.generated_inputs",
    "tests.kept_logging",
    "tests.redis_server",
]
