"""How long and how many: the Send API's and the Messenger Profile's limits, in characters (code points) and counts."""

from __future__ import annotations

from typing import Final

__all__ = ["LIMITS"]

#: by what they limit
LIMITS: Final = {
    "text": 2000,
    "quick replies": 13,
    "quick reply title": 20,
    "payload": 1000,
    "button text": 640,
    "buttons": 3,
    "button title": 20,
    "elements": 10,
    "title": 80,
    "subtitle": 80,
    "images": 30,
    "metadata": 1000,
    "menu items": 20,
    "menu title": 30,
    "commands": 100,
    "command name": 32,
    "command description": 64,
    "ice breakers": 4,
    "greeting": 160,
    "domains": 50,
    "ref": 2083,
    "batch": 50,
}
