"""Several processes that store the same articles at once."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database

WRITER = """
import asyncio, sys
from pathlib import Path
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import connect_database
from tests.builders import NOW, a_draft
async def main():
    database = connect_database(sys.argv[1], Path())
    store = SqlArticleStore(database)
    await database.ping()
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(30):
        await store.put(a_draft(number, headline=f"শিরোনাম {sys.argv[2]}"), now=NOW, announce=True)
    await database.close()
asyncio.run(main())
"""


async def test_processes_that_store_the_same_addresses_at_once_store_each_article_once(
    database: Database, database_url
):
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WRITER, database_url, str(number)),
            cwd=Path(__file__).parents[2],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for number in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    outcomes = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0, 0], outcomes

    articles = [article async for article in SqlArticleStore(database).export()]
    assert len(articles) == len({article.url for article in articles}) == 30
    assert {article.version for article in articles} == {3}  # each headline came once, none was lost
