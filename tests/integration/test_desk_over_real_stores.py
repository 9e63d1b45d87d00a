"""An editor breaks news, watches, corrects and recalls it, over SQL, Redis and the planner, to Telegram's sandbox."""
