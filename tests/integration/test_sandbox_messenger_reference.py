"""The Graph API sandbox's figures against the reference of the platform's facts."""

import ast
import os
import re
from pathlib import Path

import pytest

from newsbot.sandbox import messenger
from newsbot.sandbox.messenger import GraphLimits
from newsbot.sandbox.messenger.access import TOKEN_TROUBLES
from newsbot.sandbox.messenger.arguments import MAX_FILE_BYTES
from newsbot.sandbox.messenger.attachments import ID_LIFE, MAX_IMAGE_BY_URL
from newsbot.sandbox.messenger.errors import no_such_person, not_available, outside_window
from newsbot.sandbox.messenger.events import FIELDS
from newsbot.sandbox.messenger.limits import LIMITS
from newsbot.sandbox.messenger.model import INBOX_APP_ID
from newsbot.sandbox.messenger.people import AD_WINDOW, HUMAN_WINDOW, WINDOW
from newsbot.sandbox.messenger.reader_side import LIKE
from newsbot.sandbox.messenger.sending import DEAD_TAGS, TAGS
from newsbot.sandbox.messenger.server import NEWEST, OLDEST
from newsbot.sandbox.messenger.standing import RESTRICTIONS
from newsbot.sandbox.messenger.state import HOUR, PROFILE_CALLS, PROFILE_SECONDS
from newsbot.sandbox.messenger.webhook_sender import RetryPolicy

SHARED = Path(os.environ.get("NEWSBOT_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
REFERENCE = SHARED.parent / "reference" / "messenger.md"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not REFERENCE.is_file(), reason="no reference beside the project"),
]

DAY = 86_400.0
#: codes that the reference doesn't name, of what a program must get right before it runs: 15 the app's token is needed,
#: 458 the app was removed, 2200 the callback isn't verified, 20180… files that can't be fetched, of another kind or
#: whose id is over, a feature that isn't granted, a menu without Get Started, 2446079 beside 80006
BEYOND = {15, 458, 2200, 2018008, 2018047, 2018074, 2018144, 2018145, 2446079}


@pytest.fixture(scope="module")
def sections():
    """The reference's text by the number of its section."""
    parts = re.split(r"^#{2,3} ([0-9.]+?)\.? .*$", REFERENCE.read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def row(section, name):
    """The cells of a table's row, beside its first."""
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] == name:
            return " | ".join(cells[1:])
    raise AssertionError(f"there is no row {name!r}")


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("text", {r"(\d+) characters": "text"}),
        (
            "quick replies",
            {r"^(\d+);": "quick replies", r"title (\d+)": "quick reply title", r"payload (\d+)": "payload"},
        ),
        ("button template", {r"text (\d+)": "button text", r"1-(\d+) buttons": "buttons"}),
        ("button title / payload", {r"^(\d+) /": "button title", r"/ (\d+)": "payload"}),
        (
            "generic template",
            {
                r"(\d+) elements": "elements",
                r"; title (\d+)": "title",
                r"subtitle (\d+)": "subtitle",
                r"(\d+) buttons": "buttons",
            },
        ),
        ("several images", {r"up to (\d+)": "images"}),
        ("metadata", {r"^(\d+)": "metadata"}),
        (
            "persistent menu",
            {r"max (\d+) items": "menu items", r"title (\d+)": "menu title", r"payload (\d+)": "payload"},
        ),
        (
            "commands",
            {
                r"1-(\d+) per locale": "commands",
                r"name 1-(\d+)": "command name",
                r"description 1-(\d+)": "command description",
            },
        ),
        ("ice breakers", {r"^(\d+) questions": "ice breakers"}),
        ("greeting", {r"^(\d+) chars": "greeting"}),
        ("`m.me` ref", {r"^(\d+)": "ref"}),
    ],
)
def test_limits_are_the_references(sections, name, figures):
    told = row(sections["4.2"], name)
    assert {what: LIMITS[what] for what in figures.values()} == {
        what: int(re.search(pattern, told)[1]) for pattern, what in figures.items()
    }


def test_files_and_their_ids(sections):
    told = row(sections["4.2"], "attachments")
    assert int(re.search(r"(\d+) MB;", told)[1]) << 20 == MAX_FILE_BYTES
    assert int(re.search(r"images by URL (\d+) MB", told)[1]) << 20 == MAX_IMAGE_BY_URL
    assert int(re.search(r"expire after (\d+) days", told)[1]) * DAY == ID_LIFE


def test_batches_rates_and_the_profiles_calls(sections):
    assert LIMITS["batch"] == int(re.search(r"\*\*max (\d+)\*\*", sections["4.4"])[1])
    limits, rates = GraphLimits(), sections["7"]
    assert limits.per_second == int(re.search(r"> (\d+) messages/s to one Page breaks", rates)[1])
    assert limits.media_per_second == int(re.search(r"\*\*(\d+)/s\*\* audio/video", rates)[1])
    assert limits.calls_per_reader == int(re.search(r"\*\*(\d+) × engaged users\*\*", rates)[1])
    calls, minutes = re.search(r"\*\*(\d+) calls per (\d+) min per Page\*\*", sections["5"]).groups()
    assert (int(calls), int(minutes) * 60) == (PROFILE_CALLS, PROFILE_SECONDS)


def test_windows_and_tags(sections):
    told = sections["1.1"]
    assert int(re.search(r'"(\d+) hour period"', told)[1]) * 3600 == WINDOW
    assert int(re.search(r"may last up to (\d+) days", told)[1]) * DAY == AD_WINDOW
    lane = row(sections["1.2"], "`HUMAN_AGENT` tag")
    assert int(re.search(r"within (\d+) days", lane)[1]) * DAY == HUMAN_WINDOW
    dead = next(line for line in sections["1.2"].splitlines() if line.startswith("| Message tags"))
    assert set(DEAD_TAGS) == set(re.findall(r"`(\w+)`", dead))
    assert all(f"`{tag}`" in sections["4.1"] for tag in TAGS)


MAKERS = ("GraphError", "bad_parameter", "bad_token")


def codes_of(package):
    """Every code and subcode that a module refuses with."""
    for module in Path(package.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in (
                "GraphError",
                "bad_parameter",
                "bad_token",
            ):
                yield from (one.value for one in call.args if isinstance(one, ast.Constant) and type(one.value) is int)


def test_codes_stand_in_the_references_table(sections):
    table = [line.split("|")[1].replace("*", "") for line in sections["6"].splitlines() if line.startswith("|")]
    known = {int(number) for cell in table for number in re.findall(r"-?\d+", cell)}
    used = set(codes_of(messenger))
    used |= {number for code, subcode, _ in RESTRICTIONS.values() for number in (code, subcode) if number is not None}
    used |= {subcode for subcode, _ in TOKEN_TROUBLES.values()}
    assert used - known == BEYOND
    named = [outside_window(), no_such_person(), not_available()]
    assert [(error.code, error.subcode) for error in named] == [(10, 2018278), (100, 2018001), (551, 1545041)]


def test_fields_versions_and_other_numbers(sections):
    subscribing = sections["2.4"]
    assert [field for field in FIELDS if field not in subscribing] == []
    living = re.findall(r"^\| v(\d+)\.0 \| ", sections["8"], re.M)
    assert min(map(int, living)) == OLDEST
    assert f"**v{NEWEST}.0**" in sections["8"]
    assert INBOX_APP_ID in sections["3"]
    assert str(LIKE) in sections["3"]
    assert RetryPolicy().timeout == int(re.search(r"within (\d+) or less seconds", sections["2.3"])[1])
    assert int(re.search(r"\*\*(\d+) hour\*\* of failure", sections["2.3"])[1]) * 3600 == HOUR
