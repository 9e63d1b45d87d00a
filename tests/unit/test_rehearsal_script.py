"""Fault scripts: read as they are meant, and a mistake in one is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsbot.errors import ConfigurationError
from newsbot.rehearsal.script import KINDS, Fault, Moment, load_script, parse_script, shipped


def test_a_fault_that_repeats_has_a_moment_each_time() -> None:
    script = parse_script("mine", '[[fault]]\nkind = "kill-worker"\nat = "10%"\nevery = "20%"\ntimes = 3')
    shares = [fault.at.share for fault in script.faults]
    assert shares == pytest.approx([0.1, 0.3, 0.5])


def test_moments_are_shares_of_the_audience_or_seconds_since_the_first_message() -> None:
    half, minute = Moment(share=0.5), Moment(seconds=60)
    assert not half.reached(0.49, 1_000)
    assert half.reached(0.5, 0)
    assert not minute.reached(1.0, 59)
    assert minute.reached(0.0, 60)


def test_random_moments_are_drawn_by_the_seed() -> None:
    script = load_script("random-kills")
    first, again, other = script.drawn(1), script.drawn(1), script.drawn(2)
    assert first == again != other
    assert len({fault.at.share for fault in first.faults}) == 10
    assert all(0 < (fault.at.share or 0) < 1 for fault in first.faults)


def test_how_long_how_much_and_how_far_are_read() -> None:
    text = """
        [[fault]]
        kind = "lost"
        at = "5s"
        for = "2m"
        share = 0.02
        [[fault]]
        kind = "clock-jump"
        at = "1h"
        by = "-2h"
        [[fault]]
        kind = "flood"
        wait = "10s"
        for = "20%"
    """
    lost, jump, flood = parse_script("mine", text).faults
    assert (flood.wait, flood.spans, flood.lasts) == (10.0, 0.2, 0.0)
    assert flood.told == "flood for 20%"
    assert lost == Fault("lost", Moment(seconds=5.0), lasts=120.0, share=0.02)
    assert (jump.at.seconds, jump.by) == (3600.0, -7200.0)


@pytest.mark.parametrize("name", shipped())
def test_every_script_that_ships_can_be_read_and_says_what_it_does(name: str) -> None:
    assert load_script(name).faults
    assert shipped()[name].endswith(".")


def test_the_shipped_scripts_play_every_kind_but_stopping() -> None:
    played = {fault.kind for name in shipped() for fault in load_script(name).faults}
    assert played == set(KINDS) - {"stop-worker"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[fault]", "not TOML"),
        ("[fault]\nkind = 'flood'", "two brackets"),
        ("[[faults]]\nkind = 'flood'", "'faults' is not understood"),
        ("[[fault]]\nkind = 'earthquake'", "'earthquake' is not one of kill-worker"),
        ("[[fault]]\nkind = 'flood'\nat = '110%'", "more than everybody"),
        ("[[fault]]\nkind = 'flood'\nat = 'noon'", "'noon' is not a time"),
        ("[[fault]]\nkind = 'flood'\nat = '-5s'", "before the first message"),
        ("[[fault]]\nkind = 'flood'\nshare = 5", "share 5 is not"),
        ("[[fault]]\nkind = 'flood'\ntimes = 0", "times 0 is not"),
        ("[[fault]]\nkind = 'freeze-redis'", 'needs how long: for = "3s"'),
        ("[[fault]]\nkind = 'outage'\nfor = '10%'", "nobody gets it meanwhile: outage needs"),
        ("[[fault]]\nkind = 'clock-jump'", "needs how far"),
        ("[[fault]]\nkind = 'lost'\nwait = '3s'", "how long a flood tells"),
        ("[[fault]]\nkind = 'flood'\nwhen = '5s'", "'when' is not understood"),
        ("[[fault]]\nkind = 'flood'\nat = '5s'\nevery = '5%'\ntimes = 2", "both be in %"),
        ("[[fault]]\nkind = 'flood'\nat = 'random'\nevery = '5%'", "leave every out"),
        ("fault = 3", "two brackets"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_script("mine.toml", text)
    assert told in str(error.value)
    assert "--faults mine.toml" in str(error.value)


def test_a_script_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_script(str(tmp_path / "none.toml"))
    assert "workers-killed" in str(error.value)


def test_every_kind_stands_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "delivery.md").read_text("utf-8")
    assert all(f"| `{kind}` | {what} |" in page for kind, what in KINDS.items())
