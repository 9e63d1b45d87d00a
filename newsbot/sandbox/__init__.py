"""A newsroom and its readers on this machine: to see the program at work, to rehearse and to test it offline.

`python -m newsbot.sandbox --data DIR --port 8090` serves, at one address: the demo page (`/`), a portal with feeds,
a Telegram Bot API server, a Graph API server for a Facebook Page, and phones in the browser. Nothing outside this
package imports it.
"""

from __future__ import annotations

from typing import Final

#: What the demo's bot signs in with at the sandbox's own API. It opens nothing anywhere else.
DEMO_TOKEN: Final = "10000001:sandbox-token_that-opens-nothing-else"  # noqa: S105
DEMO_BOT_USERNAME: Final = "jonaki_barta_bot"
DEMO_BOT_NAME: Final = "জোনাকি বার্তা"
DEMO_BOT_ENGLISH_NAME: Final = "Jonaki Barta"
#: who may broadcast: above 2^32, as new accounts are, and below everybody who is added later
DEMO_EDITOR_ID: Final = 4_300_000_001
DEMO_EDITOR_NAME: Final = "সম্পাদক"
DEMO_CHANNEL: Final = "jonaki_barta"  #: the newsroom's public channel, which gets breaking news first
READERS_FILE: Final = "readers.jsonl"  #: in the sandbox's folder: simulated readers for the bot to take over
