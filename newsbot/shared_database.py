"""Several machines need one database. A file is one machine's alone, and two that share a Redis would each plan alerts
of their own: every reader would be alerted twice.

    key                    type    what                                                    how long
    newsbot:database_file  string  the machine whose database file is used with this Redis  lasting
"""

from __future__ import annotations

import socket
from typing import Any, Final

from redis.asyncio import Redis

from newsbot.errors import StartError
from newsbot.redis_client import store_errors

KEY: Final = "newsbot:database_file"


async def refuse_another_machines_file(redis: Redis) -> None:
    """For who uses a database file with a Redis that others can reach. Raises StartError."""
    host = socket.gethostname()
    with store_errors("looking whose database is used"):
        answer: Any = await redis.set(KEY, host, nx=True, get=True)
    if answer is not None and answer.decode("utf-8", "replace") != host:
        raise StartError(
            f"This Redis is used with the database file of another machine ({answer.decode('utf-8', 'replace')}): "
            "several machines need PostgreSQL, so set NEWSBOT_DATABASE_URL. If that machine is no longer used: "
            f"redis-cli DEL {KEY}"
        )
