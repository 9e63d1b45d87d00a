"""What a reader did on Messenger, from every shape of event that the platform documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsbot.channels.messenger.envelope import EventKind, read
from newsbot.channels.messenger.receiver import GET_STARTED, REPLY, PageIdentity, receive
from newsbot.delivery.ledger import Tier, Unit, delivery_id
from newsbot.domain.message import IncomingMessage, Kind, MessageRef
from newsbot.domain.subscriber import Address
from tests.messenger_events import PAGE, READER, SENT, Json, a_body, a_text, an_echo, an_entry, an_item

WHEN = datetime.fromtimestamp(SENT / 1000, UTC)
NOW = WHEN + timedelta(seconds=2)
LIKE = 369239263222822
PAGE_INBOX = 263902037430900
INCOMING: dict[str, Any] = {
    "address": Address("messenger", READER),
    "sender_id": READER,
    "received_at": WHEN,
}


def heard(*items: Json, name: str = "messaging", page: PageIdentity = PAGE) -> list[IncomingMessage]:
    found = read(a_body(an_entry(*items, name=name)), page.id)
    return [incoming for event in found.events for incoming in receive(event, page, NOW)]


def heard_one(item: Json, name: str = "messaging", page: PageIdentity = PAGE) -> IncomingMessage:
    (incoming,) = heard(item, name=name, page=page)
    return incoming


def kinds(*items: Json, name: str = "messaging") -> list[EventKind]:
    return [event.kind for event in read(a_body(an_entry(*items, name=name)), PAGE.id).events]


# --- messages --------------------------------------------------------------------------------------------------------


def test_a_text_comes_with_everything_that_is_known_of_it() -> None:
    assert heard_one(a_text("  খেলার খবর ")) == IncomingMessage(
        event_id="m_1",
        kind=Kind.TEXT,
        text="খেলার খবর",
        message=MessageRef(READER, "m_1"),
        opens="MESSAGE",
        **INCOMING,
    )


def test_an_answer_to_one_of_our_messages_is_a_text() -> None:
    incoming = heard_one(
        an_item(message={"mid": "m_1", "text": "ধন্যবাদ", "reply_to": {"mid": "m_0", "is_self_reply": False}})
    )
    assert (incoming.kind, incoming.text) == (Kind.TEXT, "ধন্যবাদ")


def test_a_quick_reply_is_a_button_though_it_comes_as_a_message() -> None:
    message = {"mid": "m_2", "text": "রাজনীতি", "quick_reply": {"payload": "t:pol"}}
    assert heard_one(an_item(message=message)) == IncomingMessage(
        event_id="m_2", kind=Kind.BUTTON, action="t:pol", opens="BUTTON", **INCOMING
    )


@pytest.mark.parametrize(
    ("text", "names", "understood"),
    [
        ("latest sports", ["latest"], "/latest sports"),
        ("/latest sports", ["latest"], "/latest sports"),
        ("Latest", ["latest"], "/Latest"),
        ("latest", ["/latest"], "/latest"),
        ("", ["topics"], "/topics"),
        ("latestsports", ["latest"], "latestsports"),
        ("আজ latest", ["latest"], "আজ latest"),
        ("খবর", ["!"], "খবর"),
        ("খবর", [7], "খবর"),
    ],
)
def test_a_command_from_the_list_is_the_command_as_it_is_typed(text: str, names: list[object], understood: str) -> None:
    message = {"mid": "m_3", "text": text, "commands": [{"name": name} for name in names]}
    incoming = heard_one(an_item(message=message))
    assert (incoming.kind, incoming.text) == (Kind.TEXT, understood)


@pytest.mark.parametrize("word", ["STOP", "বন্ধ", "/start topic-sports"])
def test_what_is_typed_is_left_to_the_conversation(word: str) -> None:
    incoming = heard_one(a_text(word))
    assert (incoming.kind, incoming.text) == (Kind.TEXT, word)


@pytest.mark.parametrize(
    ("kind", "payload", "media"),
    [
        ("image", {"url": "https://cdn.example/1.jpg"}, "photo"),
        ("audio", {"url": "https://cdn.example/1.mp4"}, "audio"),
        ("video", {"url": "https://cdn.example/1.mp4"}, "video"),
        ("file", {"url": "https://cdn.example/1.pdf"}, "document"),
        ("sticker", {"url": "https://cdn.example/s.png", "sticker_id": LIKE}, "sticker"),
        ("location", {"coordinates": {"lat": 23.7, "long": 90.4}}, "location"),
        ("reel", {"url": "https://cdn.example/r"}, "video"),
        ("ig_reel", {"url": "https://cdn.example/r"}, "video"),
        ("post", {"url": "https://cdn.example/p"}, "link"),
        ("ig_post", {"url": "https://cdn.example/p"}, "link"),
        ("fallback", None, "link"),
        ("template", {"product": {}}, "link"),
        ("appointment_booking", {}, "appointment"),
        ("something_of_next_year", {"url": "https://cdn.example/x"}, "unsupported"),
        (None, None, "unsupported"),
    ],
)
def test_what_is_no_text_is_named(kind: object, payload: object, media: str) -> None:
    incoming = heard_one(an_item(message={"mid": "m_4", "attachments": [{"type": kind, "payload": payload}]}))
    assert (incoming.kind, incoming.media, incoming.text, incoming.opens) == (Kind.MEDIA, media, "", "MESSAGE")


@pytest.mark.parametrize("sticker", [LIKE, 369239343222814, 369239383222810, str(LIKE)])
@pytest.mark.parametrize("types", [["sticker"], ["image"], ["sticker", "image"], ["image", "sticker"]])
def test_a_thumb_is_a_sticker_however_it_is_sent(sticker: object, types: list[str]) -> None:
    payload = {"url": "https://cdn.example/like.png", "sticker_id": sticker}
    attachments = [{"type": kind, "payload": payload} for kind in types]
    incoming = heard_one(an_item(message={"mid": "m_5", "attachments": attachments}))
    assert (incoming.kind, incoming.media, incoming.picture, incoming.album) == (Kind.MEDIA, "sticker", "", "")


def test_a_message_that_holds_nothing_we_know_is_still_something_sent() -> None:
    incoming = heard_one(an_item(message={"mid": "m_6", "is_unsupported": True}))
    assert (incoming.kind, incoming.media, incoming.opens) == (Kind.MEDIA, "unsupported", "MESSAGE")


@pytest.mark.parametrize("payload", [None, {"url": "https://news.example/1", "title": "খবর"}])
def test_beside_a_links_preview_the_text_is_the_message(payload: object) -> None:
    message = {
        "mid": "m_7",
        "text": "https://news.example/1",
        "attachments": [{"type": "fallback", "payload": payload}],
    }
    incoming = heard_one(an_item(message=message))
    assert (incoming.kind, incoming.text, incoming.media) == (Kind.TEXT, "https://news.example/1", "")


def test_a_picture_is_told_with_its_words_and_several_are_an_album() -> None:
    pictures = [{"type": "image", "payload": {"url": f"https://cdn.example/{n}.jpg"}} for n in (1, 2)]
    one = heard_one(an_item(message={"mid": "m_8", "text": "সেতু", "attachments": pictures[:1]}))
    assert (one.kind, one.text, one.media, one.picture, one.album) == (
        Kind.TEXT,
        "সেতু",
        "photo",
        "https://cdn.example/1.jpg",
        "",
    )
    two = heard_one(an_item(message={"mid": "m_9", "attachments": pictures}))
    assert (two.kind, two.picture, two.album) == (Kind.MEDIA, "https://cdn.example/1.jpg", "m_9")


@pytest.mark.parametrize(
    "url", ["ftp://cdn.example/1.jpg", "javascript:alert(1)", "https://x/\n", "https://[", 7, None]
)
def test_a_picture_has_an_address_that_can_be_fetched_or_none(url: object) -> None:
    message = {"mid": "m_8", "attachments": [{"type": "image", "payload": {"url": url}}]}
    incoming = heard_one(an_item(message=message))
    assert (incoming.media, incoming.picture) == ("photo", "")


@pytest.mark.parametrize("referral", [{"ref": "x", "ad_id": "7", "source": "ADS", "type": "OPEN_THREAD"}, {"ad_id": 7}])
def test_the_first_message_after_an_advertisement_opens_the_window_by_it(referral: Json) -> None:
    incoming = heard_one(an_item(message={"mid": "m_10", "text": "হ্যালো", "referral": referral}))
    assert (incoming.kind, incoming.text, incoming.opens) == (Kind.TEXT, "হ্যালো", "AD")
    shop = heard_one(an_item(message={"mid": "m_10", "text": "হ্যালো", "referral": {"product": {"id": "1"}}}))
    assert shop.opens == "MESSAGE"


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (an_item(message={"mid": "m_1", "is_deleted": True}), EventKind.DELETED),
        (an_item(message_edit={"mid": "m_1", "text": "খেলা", "num_edit": 1}), EventKind.EDIT),
        (an_item(delivery={"mids": ["m_0"], "watermark": SENT}, timestamp=None), EventKind.DELIVERY),
        (an_item(delivery={"watermark": SENT}), EventKind.DELIVERY),
        (an_item(read={"watermark": SENT}), EventKind.READ),
        (an_item(account_linking={"status": "linked", "authorization_code": "x"}), EventKind.ACCOUNT_LINKING),
        (an_item(account_linking={"status": "unlinked"}), EventKind.ACCOUNT_LINKING),
        (an_item(request_thread_control={"requested_owner_app_id": "1"}), EventKind.THREAD_ASKED_FOR),
        (an_item(app_roles={"123": ["primary_receiver"]}), EventKind.APP_ROLES),
    ],
)
def test_what_nobody_said_to_us_is_counted_and_left_alone(item: Json, kind: EventKind) -> None:
    assert heard(item) == []
    assert kinds(item) == [kind]


# --- buttons and links -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mid", ["m_20", None])
def test_a_button_of_a_template_or_the_menu_is_a_button(mid: str | None) -> None:
    incoming = heard_one(an_item(postback={"title": "সর্বশেষ", "payload": "m:latest", "mid": mid}))
    assert incoming == IncomingMessage(
        event_id=incoming.event_id, kind=Kind.BUTTON, action="m:latest", opens="BUTTON", **INCOMING
    )
    assert (incoming.event_id == mid) is (mid is not None)


def test_get_started_opens_the_chat_by_the_link_that_was_followed() -> None:
    plain = heard_one(an_item(postback={"title": "শুরু", "payload": GET_STARTED}))
    assert (plain.kind, plain.action, plain.opens) == (Kind.START, "", "BUTTON")
    referral = {"ref": "topic-sports", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    by_link = heard_one(an_item(postback={"title": "শুরু", "payload": GET_STARTED, "referral": referral}))
    assert (by_link.kind, by_link.action, by_link.opens) == (Kind.START, "topic-sports", "BUTTON")


def test_who_follows_a_link_and_presses_a_question_did_both() -> None:
    referral = {"ref": "topic-sports", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    arrived, pressed = heard(an_item(postback={"mid": "m_21", "payload": "m:latest", "referral": referral}))
    assert (arrived.kind, arrived.action) == (Kind.START, "topic-sports")
    assert (pressed.kind, pressed.action, pressed.event_id) == (Kind.BUTTON, "m:latest", "m_21")
    assert arrived.event_id != pressed.event_id


def test_who_follows_a_link_and_writes_did_both() -> None:
    referral = {"ref": "topic-sports", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    arrived, wrote = heard(an_item(message={"mid": "m_22", "text": "হ্যালো", "referral": referral}))
    assert (arrived.kind, arrived.action) == (Kind.START, "topic-sports")
    assert (wrote.kind, wrote.text, wrote.event_id, wrote.opens) == (Kind.TEXT, "হ্যালো", "m_22", "MESSAGE")


@pytest.mark.parametrize("source", ["SHORTLINK", None])
def test_a_link_into_a_conversation_that_exists_opens_it_in_the_eu_too(source: str | None) -> None:
    incoming = heard_one(an_item(referral={"ref": "article-12", "source": source, "type": "OPEN_THREAD"}))
    assert (incoming.kind, incoming.action, incoming.opens) == (Kind.START, "article-12", "REFERRAL")


def test_an_advertisement_alone_opens_no_window() -> None:
    referral = {"ref": "x", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "7"}
    incoming = heard_one(an_item(referral=referral))
    assert (incoming.kind, incoming.opens) == (Kind.START, "")


# --- consent ---------------------------------------------------------------------------------------------------------


def test_a_stop_that_comes_as_an_opt_in_is_a_stop() -> None:
    optin = {"type": "notification_messages", "payload": "x", "notification_messages_token": "t"}
    stopped = heard_one(an_item(optin=optin | {"notification_messages_status": "STOP_NOTIFICATIONS"}))
    assert (stopped.kind, stopped.opens) == (Kind.OPTED_OUT, "")
    for going_on in ({"notification_messages_status": "RESUME_NOTIFICATIONS"}, {"user_token_status": "REFRESHED"}):
        assert heard(an_item(optin=optin | going_on)) == []


def test_to_switch_on_what_we_never_send_is_nothing_to_act_on() -> None:
    optin = {"type": "one_time_notif_req", "payload": "x", "one_time_notif_token": "t"}
    assert heard(an_item(optin=optin)) == []
    assert kinds(an_item(optin=optin)) == [EventKind.OPT_IN]


def test_a_plugin_on_the_site_is_a_way_into_the_conversation() -> None:
    incoming = heard_one(an_item(optin={"ref": "topic-sports"}))
    assert (incoming.kind, incoming.action, incoming.opens) == (Kind.START, "topic-sports", "OPT_IN")


def test_who_has_no_id_yet_can_not_be_answered_and_is_told() -> None:
    item = {"sender": {"user_ref": "u"}, "recipient": {"id": PAGE.id}, "timestamp": SENT, "optin": {"ref": "x"}}
    found = read(a_body(an_entry(item)), PAGE.id)
    assert (found.events, found.strange) == ([], ["optin of nobody"])


# --- reactions -------------------------------------------------------------------------------------------------------


def test_a_reaction_opens_the_window_and_taking_it_back_does_nothing() -> None:
    reaction = {"reaction": "love", "emoji": "❤️", "action": "react", "mid": "m_ours"}
    incoming = heard_one(an_item(reaction=reaction))
    assert incoming == IncomingMessage(
        event_id=incoming.event_id,
        kind=Kind.REACTION,
        text="❤️",
        action="love",
        message=MessageRef(READER, "m_ours"),
        opens="REACTION",
        **INCOMING,
    )
    assert incoming.event_id != "m_ours"
    assert heard(an_item(reaction=reaction | {"action": "unreact"})) == []


# --- echoes, hand-overs, the platform --------------------------------------------------------------------------------


def test_the_echo_of_an_alert_names_its_delivery_and_the_readers_message() -> None:
    ours = delivery_id(Unit(12, Tier(0), 3), 4567)
    assert heard_one(an_echo("m_30", metadata=ours, text="খবর")) == IncomingMessage(
        event_id="m_30", kind=Kind.ECHO, action=ours, message=MessageRef(READER, "m_30"), **INCOMING
    )


def test_echoes_of_our_answers_are_nothing_to_act_on() -> None:
    assert heard(an_echo(metadata=REPLY), an_echo("m_31", metadata="probe"), an_echo("m_32")) == []


@pytest.mark.parametrize(("app_id", "told"), [(PAGE_INBOX, str(PAGE_INBOX)), (None, "")])
def test_an_echo_of_somebody_elses_is_somebody_answering(app_id: int | None, told: str) -> None:
    incoming = heard_one(an_echo("m_33", app_id=app_id, text="আমি সম্পাদক বলছি"))
    assert incoming == IncomingMessage(event_id="m_33", kind=Kind.TAKEN_OVER, action=told, **INCOMING)


def test_an_echo_without_its_mark_is_never_input() -> None:
    item = an_echo("m_34", text="খবর")
    del item["message"]["is_echo"]
    assert kinds(item) == [EventKind.ECHO]


def test_what_else_the_page_does_is_not_a_readers_doing() -> None:
    item = an_echo() | {"message": None, "reaction": {"action": "react", "mid": "m_1", "emoji": "👍"}}
    assert heard(item) == []
    assert kinds(item) == [EventKind.OWN]


@pytest.mark.parametrize("name", ["messaging", "messaging_handovers"])
@pytest.mark.parametrize(
    ("event", "app_id", "kind"),
    [
        ({"pass_thread_control": {"new_owner_app_id": int(PAGE.app_id)}}, PAGE.app_id, Kind.HANDED_BACK),
        ({"pass_thread_control": {"new_owner_app_id": PAGE_INBOX}}, PAGE.app_id, Kind.TAKEN_OVER),
        ({"pass_thread_control": {"new_owner_app_id": PAGE_INBOX}}, "", Kind.HANDED_BACK),
        ({"pass_thread_control": {"previous_owner_app_id": PAGE_INBOX}}, PAGE.app_id, Kind.HANDED_BACK),
        ({"take_thread_control": {"previous_owner_app_id": PAGE.app_id}}, PAGE.app_id, Kind.TAKEN_OVER),
        ({"take_thread_control": {"new_owner_app_id": PAGE.app_id}}, PAGE.app_id, Kind.HANDED_BACK),
        ({"take_thread_control": {"new_owner_app_id": PAGE_INBOX}}, "", Kind.TAKEN_OVER),
    ],
)
def test_a_conversation_that_changes_hands_is_told(name: str, event: Json, app_id: str, kind: Kind) -> None:
    incoming = heard_one(an_item(**event), name, replace(PAGE, app_id=app_id))
    assert (incoming.kind, incoming.address.user_id, incoming.opens) == (kind, READER, "")


def test_on_standby_what_the_reader_does_is_somebody_elses_to_answer_and_opens_the_window() -> None:
    assert heard_one(a_text("গোপন কথা"), "standby") == IncomingMessage(
        event_id="m_1", kind=Kind.TAKEN_OVER, opens="MESSAGE", **INCOMING
    )
    pressed = heard_one(an_item(postback={"mid": "m_2", "title": "শুরু"}), "standby")
    assert (pressed.kind, pressed.action, pressed.opens) == (Kind.TAKEN_OVER, "", "BUTTON")
    assert heard(an_item(read={"watermark": 1}), name="standby") == []
    stopped = an_item(optin={"type": "notification_messages", "notification_messages_status": "STOP"})
    assert heard_one(stopped, "standby").kind is Kind.OPTED_OUT


@pytest.mark.parametrize("action", ["warning", "block", "unblock"])
def test_the_platform_speaks_to_the_page_itself(action: str) -> None:
    item = {
        "recipient": {"id": PAGE.id},
        "timestamp": SENT,
        "policy_enforcement": {"action": action, "reason": "The bot violated our policies."},
    }
    incoming = heard_one(item)
    assert incoming == IncomingMessage(
        event_id=incoming.event_id,
        address=Address("messenger", PAGE.id),
        kind=Kind.ENFORCED,
        action=action,
        text="The bot violated our policies.",
        received_at=WHEN,
    )


# --- ids -------------------------------------------------------------------------------------------------------------

WITHOUT_MID: list[tuple[Json, Json]] = [
    ({"postback": {"payload": "a"}}, {"postback": {"payload": "b"}}),
    ({"referral": {"ref": "a"}}, {"referral": {"ref": "b"}}),
    ({"optin": {"ref": "a"}}, {"optin": {"ref": "b"}}),
    (
        {"reaction": {"mid": "m", "action": "react", "emoji": "❤️"}},
        {"reaction": {"mid": "n", "action": "react", "emoji": "❤️"}},
    ),
    (
        {"reaction": {"mid": "m", "action": "react", "emoji": "❤️"}},
        {"reaction": {"mid": "m", "action": "react", "emoji": "👍"}},
    ),
    ({"message": {"text": "a"}}, {"message": {"text": "b"}}),
    ({"message": {"text": "a", "mid": "\ud800"}}, {"message": {"text": "a", "mid": "\ud801"}}),
    ({"pass_thread_control": {"new_owner_app_id": 1}}, {"pass_thread_control": {"new_owner_app_id": 2}}),
    ({"policy_enforcement": {"action": "block"}}, {"policy_enforcement": {"action": "unblock"}}),
]


@pytest.mark.parametrize(("event", "other"), WITHOUT_MID)
def test_without_a_message_id_the_same_event_has_the_same_id_and_another_has_another(event: Json, other: Json) -> None:
    item = an_item(**event)
    first = heard_one(item)
    retried = read({"object": "page", "entry": [{"id": PAGE.id, "time": SENT + 90_000, "messaging": [item]}]}, PAGE.id)
    assert [one.event_id for one in receive(retried.events[0], PAGE, NOW + timedelta(minutes=9))] == [first.event_id]
    differing = [an_item(**other), an_item("6012345678905555", **event), an_item(timestamp=SENT + 1, **event)]
    if "policy_enforcement" in event:
        del differing[1]  # whoever is named beside it: it is the Page's
    assert len({first.event_id, *(heard_one(one).event_id for one in differing)}) == 1 + len(differing)


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "when"),
    [
        (SENT, WHEN),
        (SENT // 1000, WHEN),
        (float(SENT), WHEN),
        (SENT / 1000 + 0.25, WHEN + timedelta(seconds=0.25)),
        (str(SENT), WHEN),
        (f"{SENT // 1000}", WHEN),
        (f"{SENT / 1000:.1f}", WHEN),
        (SENT + 3_600_000, NOW),
        (None, NOW),
        (True, NOW),
        (0, NOW),
        (-SENT, NOW),
        (12, NOW),
        (10**30, NOW),
        (float("nan"), NOW),
        (float("inf"), NOW),
        ("yesterday", NOW),
        ("9" * 5000, NOW),
        ({}, NOW),
        ([SENT], NOW),
    ],
)
def test_a_time_is_read_however_it_is_written_and_never_lies_ahead(written: object, when: datetime) -> None:
    assert heard_one(a_text(timestamp=written)).received_at == when


def test_events_are_told_in_the_order_in_which_they_happened() -> None:
    body = a_body(
        an_entry(a_text("three", "m_3", timestamp=SENT + 3000), a_text("and a half", "m_4", timestamp=None)),
        an_entry(a_text("two", "m_2", timestamp=SENT // 1000 + 2), a_text("one", "m_1", timestamp=str(SENT + 1000))),
    )
    told = [event.body["text"] for event in read(body, PAGE.id).events]
    assert told == ["one", "two", "three", "and a half"]


# --- envelopes -------------------------------------------------------------------------------------------------------


def test_several_entries_with_several_events_are_all_heard() -> None:
    body = a_body(
        an_entry(a_text("a", "m_1"), a_text("b", "m_2")),
        {"id": PAGE.id, "time": SENT},
        an_entry(a_text("c", "m_3")) | {"standby": [a_text("d", "m_4")]},
    )
    found = read(body, PAGE.id)
    assert [(one.body["text"], one.standby) for one in found.events] == [
        ("a", False),
        ("b", False),
        ("c", False),
        ("d", True),
    ]
    assert found.strange == []


def test_the_dashboards_test_button_is_counted_and_answered_by_nobody() -> None:
    value = {"sender": {"id": "12334"}, "recipient": {"id": "23245"}, "message": {"mid": "test_message_id"}}
    body = a_body({"id": "0", "time": SENT, "changes": [{"field": "messages", "value": value}]})
    (event,) = read(body, PAGE.id).events
    assert event.kind is EventKind.CHANGE
    assert receive(event, PAGE, NOW) == ()


def test_ids_may_be_numbers_and_who_we_are_may_stand_in_one_place_only() -> None:
    item = {
        "sender": {"id": int(READER)},
        "recipient": {"id": int(PAGE.id)},
        "timestamp": SENT,
        "message": {"mid": "m"},
    }
    for entry in ({"id": PAGE.id, "messaging": [item | {"recipient": None}]}, {"messaging": [item]}):
        (event,) = read(a_body(entry), PAGE.id).events
        assert event.reader == READER


def test_another_pages_readers_are_not_ours() -> None:
    item = a_text() | {"recipient": {"id": "777"}}
    (event,) = read(a_body({"id": "777", "messaging": [item]}), PAGE.id).events
    assert event.kind is EventKind.OTHER_PAGE
    assert receive(event, PAGE, NOW) == ()


@pytest.mark.parametrize(
    ("entry", "strange"),
    [
        ({"messaging": [7]}, "messaging that is no object"),
        ({"messaging": "x"}, "messaging that is no object"),
        ({"messaging": [an_item(message="hello")]}, "message that is no object"),
        ({"messaging": [an_item(response_feedback={"x": 1})]}, "event with response_feedback"),
        ({"messaging": [{}]}, "event with nothing"),
        ({"messaging": [{"message": {"mid": "m", "text": "x"}}]}, "message of nobody"),
        ({"hop_context": []}, "entry with hop_context"),
        (7, "entry that is no object"),
    ],
)
def test_what_is_not_understood_is_named_and_costs_no_neighbour(entry: Any, strange: str) -> None:
    whole = {"id": PAGE.id, **entry} if isinstance(entry, dict) else entry
    found = read(a_body(whole, an_entry(a_text("neighbour"))), PAGE.id)
    assert found.strange == [strange]
    assert [event.body["text"] for event in found.events] == ["neighbour"]


@pytest.mark.parametrize("entry", [None, 7, "x", {}, [], [None]])
def test_a_body_without_entries_holds_nothing(entry: object) -> None:
    assert read({"object": "page", "entry": entry}, PAGE.id).events == []
