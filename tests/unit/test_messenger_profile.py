"""The Page's profile: made of the newsroom's menu within the platform's limits, compared with what stands there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.channels.channel import Loss
from newsbot.channels.messenger.profile import FIELDS, Entry, Profile, known_profile, wanted_profile, wire
from newsbot.channels.messenger.profile_differences import Difference, differences
from newsbot.channels.messenger.receiver import GET_STARTED
from newsbot.conversation.actions import decode, encode
from newsbot.conversation.intents import Help, Latest, Link, Stop
from newsbot.conversation.menu import standing_menu
from newsbot.domain.message import Button, StandingMenu
from newsbot.domain.topic import Topic, Topics
from newsbot.i18n import Catalog
from tests.builders import a_newsroom, some_topics

CATALOG = Catalog.load()
MENU = standing_menu(CATALOG, a_newsroom(), some_topics())
LABELS = st.text(min_size=1, max_size=200)
LATEST = encode(Latest())


def wanted(menu: StandingMenu = MENU, default: str = "bn") -> Profile:
    return wanted_profile(menu, default=default)[0]


def stands(profile: Profile) -> dict[str, Any]:
    """The platform's answer where `profile` stands, after a way through JSON."""
    return {"data": [json.loads(json.dumps(wire(profile, FIELDS)))]}


# --- what the newsroom wants to show ----------------------------------------------------------------------------------


def test_every_entry_of_the_menu_does_something_and_a_reader_can_leave_by_it() -> None:
    for entries in MENU.entries.values():
        intents = [decode(button.action) for button in entries if button.action]
        assert None not in intents
        assert {Latest(), Stop(), Help(), Latest("sports")} <= set(intents)
        assert [button.url for button in entries if button.url] == [a_newsroom().site]


def test_a_newsroom_on_several_channels_lets_readers_connect_them() -> None:
    def offered(**more: bool) -> bool:
        entries = standing_menu(CATALOG, a_newsroom(), some_topics(), **more).entries["bn"]
        return encode(Link()) in [button.action for button in entries]

    assert offered(linking=True)
    assert not offered()


def test_the_newsrooms_language_is_everyones_default_and_the_other_has_locales_of_its_own() -> None:
    profile, losses = wanted_profile(MENU, default="bn")
    assert losses == ()
    assert list(profile.menu) == list(profile.greeting) == list(profile.questions) == ["default", "en_US", "en_GB"]
    assert profile.menu["default"][0] == Entry("সর্বশেষ খবর", LATEST)
    assert profile.menu["en_US"][0] == Entry("Latest news", LATEST)
    assert "দৈনিক প্রভাত" in profile.greeting["default"]
    assert list(wanted(default="en").menu) == ["default", "bn_IN"]


def test_the_first_question_is_get_started_whose_button_the_questions_hide() -> None:
    for questions in wanted().questions.values():
        assert questions[0].payload == GET_STARTED
        assert len(questions) == 3


def test_what_does_not_fit_the_menu_is_told_and_what_everyone_needs_is_not_what_goes() -> None:
    topics = Topics(tuple(Topic(id=f"t{n}", names={"bn": f"বিষয় {n}", "en": f"Topic {n}"}) for n in range(15)))
    profile, losses = wanted_profile(standing_menu(CATALOG, a_newsroom(), topics), default="en")
    assert [len(entries) for entries in profile.menu.values()] == [20, 20]
    assert encode(Stop()) in [entry.payload for entry in profile.menu["default"]]
    assert losses == tuple(
        Loss(f"menu entry “{label}”", "left out: a menu holds 20")
        for label in ("বিষয় 13", "বিষয় 14", "Topic 13", "Topic 14")
    )


def test_a_long_label_is_clipped_and_told() -> None:
    label = "আন্তর্জাতিক ও আঞ্চলিক সহযোগিতা বিষয়ক সংবাদ"
    profile, losses = wanted_profile(StandingMenu(entries={"bn": (Button(label, "1:latest"),)}), default="bn")
    (entry,) = profile.menu["default"]
    assert entry.title.endswith("…")
    assert label.startswith(entry.title[:-1])
    assert len(entry.title) <= 30
    assert losses == (Loss(f"menu entry “{label}”", "clipped to 30 characters"),)


def test_a_language_without_a_locale_is_told() -> None:
    menu = StandingMenu(entries={code: (Button("x", "1:help"),) for code in ("bn", "xx")})
    profile, losses = wanted_profile(menu, default="bn")
    assert list(profile.menu) == ["default"]
    assert [loss.what for loss in losses] == ["the menu in the language xx"]


@given(
    labels=st.lists(LABELS, max_size=30),
    questions=st.lists(LABELS, max_size=8),
    about=st.text(max_size=400),
    begin=LABELS,
)
def test_no_limit_is_ever_passed_and_nothing_is_shortened_silently(
    labels: list[str], questions: list[str], about: str, begin: str
) -> None:
    menu = StandingMenu(
        entries={"bn": tuple(Button(label, "1:help") for label in labels)},
        questions={"bn": tuple(Button(label, "1:help") for label in questions)},
        begin={"bn": begin},
        about={"bn": about},
    )
    profile, losses = wanted_profile(menu, default="bn")
    told = "\n".join(loss.what for loss in losses)
    shown = profile.menu["default"]
    assert len(shown) <= 20
    assert len(profile.questions["default"]) <= 4
    assert len(profile.greeting["default"]) <= 160
    assert all(len(entry.title) <= 30 for entry in shown)
    assert all(len(entry.title) <= 80 for entry in profile.questions["default"])
    for label, title in [
        *zip(labels, (entry.title for entry in shown), strict=False),
        (about, profile.greeting["default"]),
    ]:
        assert title == label or label in told
    assert all(label in told for label in [*labels[20:], *questions[3:]])


# --- what stands there ------------------------------------------------------------------------------------------------


def test_what_was_written_is_read_again_and_does_not_differ() -> None:
    assert known_profile(stands(wanted())) == wanted()
    assert differences(known_profile(stands(wanted())), wanted()) == ()


def test_what_the_platform_adds_and_reorders_does_not_differ() -> None:
    answer = stands(wanted())
    known = answer["data"][0]
    known["subject_to_new_eu_privacy_rules"] = False
    known["persistent_menu"].reverse()
    for menu in known["persistent_menu"]:
        del menu["composer_input_disabled"]
        for action in menu["call_to_actions"]:
            action["id"] = "1"
            if "url" in action:
                action["url"] += "/"
    assert differences(known_profile(answer), wanted()) == ()


def test_questions_in_the_form_of_before_locales_are_the_defaults() -> None:
    answer = {"data": [{"ice_breakers": [{"question": "News?", "payload": "1:latest"}]}]}
    assert known_profile(answer).questions == {"default": (Entry("News?", "1:latest"),)}


@pytest.mark.parametrize("answer", [{}, {"data": []}, {"data": None}, {"data": [7]}, {"data": [{"greeting": "x"}]}])
def test_an_empty_profile_lacks_everything(answer: dict[str, Any]) -> None:
    assert known_profile(answer) == Profile()
    assert {one.field for one in differences(Profile(), wanted())} == set(FIELDS) - {"commands"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIELDS, "locale", "text"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_whatever_stands_there_can_be_compared(known: dict[str, Any]) -> None:
    profile = known_profile({"data": [known]})
    found = differences(profile, wanted())
    assert all(one.words for one in found)
    fields = {one.field for one in found}
    assert set(wire(wanted(), fields)) == fields - {"commands"}


# --- the difference in words ------------------------------------------------------------------------------------------


def the_difference(known: Profile) -> Difference:
    (difference,) = differences(known, wanted())
    return difference


def test_the_words_say_what_will_change() -> None:
    menu = wanted().menu["default"]
    greeting = wanted().greeting
    cases = {
        "Get Started button: none → GET_STARTED": replace(wanted(), get_started=""),
        f"greeting (en_US): “Hello” → “{greeting['en_US']}”": replace(
            wanted(), greeting={**greeting, "en_US": "Hello"}
        ),
        "menu (default): adds “সর্বশেষ খবর”": _with_menu(menu[1:]),
        "menu (default): takes away “পুরোনো”": _with_menu((*menu, Entry("পুরোনো", "x"))),
        "menu (default): “সর্বশেষ খবর” does something else": _with_menu((Entry("সর্বশেষ খবর", "x"), *menu[1:])),
        "menu (default): adds “সর্বশেষ খবর”; takes away “খবর”": _with_menu((Entry("খবর", LATEST), *menu[1:])),
        "menu (default): lets readers type": replace(wanted(), silent=frozenset({"default"})),
        "menu (fr_FR): goes, with “Bonjour”": replace(
            wanted(), menu={**wanted().menu, "fr_FR": (Entry("Bonjour", "x"),)}
        ),
    }
    assert [the_difference(known).words for known in cases.values()] == list(cases)


def test_another_order_is_a_difference() -> None:
    menu = wanted().menu["default"]
    assert the_difference(_with_menu((menu[1], menu[0], *menu[2:]))).words.startswith("menu (default): another order: ")


def test_commands_hide_the_menu_so_they_go() -> None:
    found = the_difference(replace(wanted(), commands={"default": ("latest", "help")}))
    assert found == Difference("commands", "commands (default): /latest, /help hide the menu, and go", removes=True)


def _with_menu(entries: tuple[Entry, ...]) -> Profile:
    return replace(wanted(), menu={**wanted().menu, "default": entries})
