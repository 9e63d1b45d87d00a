"""What is there when everything is opened is not looked at again."""

from __future__ import annotations

import gc

from newsbot.garbage_collection import THRESHOLDS, settle_down


def test_what_was_there_is_left_alone_and_what_comes_is_still_collected() -> None:
    before = gc.get_threshold()
    try:
        settle_down()
        assert gc.get_freeze_count() > 1000
        assert gc.get_threshold() == THRESHOLDS
        ring: list[object] = []
        ring.append(ring)
        del ring
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
