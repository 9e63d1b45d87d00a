pytest_plugins = [
    "tests.browser",
    "tests.databases",
    "tests.disks",
    "tests.generated_inputs",
    "tests.kept_logging",
    "tests.redis_server",
]
