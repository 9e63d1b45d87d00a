"""What readers do in Messenger, as events: every row of the platform's table, and what opens a window."""

import pytest

from newsbot.sandbox.messenger import LIKE, PageSide, SandboxError
from newsbot.sandbox.messenger.model import INBOX_APP_ID
from tests.messenger_sandbox import messenger_sandbox, webhook
from tests.sandbox_server import png

DAY = 24 * 3600.0


@pytest.fixture
async def sandbox():
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
def readers(sandbox):
    return sandbox.readers


@pytest.fixture
def reader(readers):
    return readers.add_person("রহিম", started=True)


@pytest.fixture
async def hook(sandbox):
    async with webhook(sandbox) as kept:
        yield kept


def close(sandbox, reader):
    sandbox.readers.close_window(reader.id)
    assert not sandbox.state.person_json(reader)["window_open"]


def opened_by(sandbox, reader):
    told = sandbox.state.person_json(reader)
    return told["opened_by"] if told["window_open"] else None


PROFILE = {
    "get_started": {"payload": "GET_STARTED"},
    "greeting": [{"locale": "default", "text": "Hello"}, {"locale": "bn_IN", "text": "নমস্কার"}],
    "persistent_menu": [
        {
            "locale": "default",
            "call_to_actions": [
                {"type": "postback", "title": "সর্বশেষ", "payload": "m:latest"},
                {"type": "web_url", "title": "Site", "url": "https://example.org/"},
            ],
        }
    ],
}
ICE_BREAKERS = [{"locale": "default", "call_to_actions": [{"question": "কী খবর?", "payload": "m:latest"}]}]


@pytest.mark.parametrize(
    ("act", "kind", "told"),
    [
        (
            lambda readers, person: readers.send_sticker(person),
            "message",
            {"attachments": [{"type": "sticker", "payload": {"sticker_id": LIKE}}]},
        ),
        (
            lambda readers, person: readers.send_location(person, 23.8, 90.4),
            "message",
            {"attachments": [{"type": "location", "payload": {"coordinates": {"lat": 23.8, "long": 90.4}}}]},
        ),
        (lambda readers, person: readers.send_file(person, "audio"), "message", {"attachments": [{"type": "audio"}]}),
        (
            lambda readers, person: readers.send_link(person, "https://example.org/1", text="দেখুন"),
            "message",
            {"text": "দেখুন", "attachments": [{"type": "fallback", "payload": {"url": "https://example.org/1"}}]},
        ),
    ],
    ids=["sticker", "location", "audio", "link"],
)
async def test_what_is_sent_comes_as_an_attachment(readers, reader, hook, act, kind, told):
    def holds(value, expected):
        if isinstance(expected, dict):
            return all(holds(value[name], part) for name, part in expected.items())
        if isinstance(expected, list):
            return len(value) == len(expected) and all(map(holds, value, expected))
        return value == expected

    mid = act(readers, reader.id)["mid"]
    (event,) = await hook.wait(kind)
    assert event["message"]["mid"] == mid
    assert holds(event["message"], told), event


async def test_a_picture_can_be_read_where_its_event_says(sandbox, readers, reader, hook):
    sandbox.state.address = sandbox.url
    readers.send_file(reader.id, "image", data=png(3, 2))
    (event,) = await hook.wait("message")
    async with sandbox.http.get(event["message"]["attachments"][0]["payload"]["url"]) as answer:
        assert (await answer.read(), answer.content_type) == (png(3, 2), "image/png")


async def test_a_reply_names_what_it_answers(sandbox, readers, reader, hook):
    mid = await sandbox.send(reader.id, "প্রশ্ন")
    readers.send_text(reader.id, "উত্তর", reply_to=mid)
    own = readers.send_text(reader.id, "এক")["mid"]
    readers.send_text(reader.id, "দুই", reply_to=own)
    events = await hook.wait("message", 3)
    assert [event["message"].get("reply_to") for event in events] == [
        {"mid": mid, "is_self_reply": False},
        None,
        {"mid": own, "is_self_reply": True},
    ]


async def test_a_reaction_is_told_and_opens_the_window(sandbox, readers, reader, hook):
    mid = await sandbox.send(reader.id, "খবর")
    close(sandbox, reader)
    assert readers.react(reader.id, mid, "❤️")["reactions"] == {"person": "❤️"}
    assert opened_by(sandbox, reader) == "REACTION"
    readers.unreact(reader.id, mid)
    first, second = await hook.wait("reaction", 2)
    assert first["reaction"] == {"reaction": "love", "emoji": "❤️", "action": "react", "mid": mid}
    assert second["reaction"] == {"action": "unreact", "mid": mid}
    assert readers.view(reader.id)[-1]["reactions"] == {}


async def test_edits_and_what_is_taken_back_are_told(readers, reader, hook):
    mid = readers.send_text(reader.id, "খলা")["mid"]
    assert readers.edit_text(reader.id, mid, "খেলা")["edited"]
    readers.take_back(reader.id, mid)
    assert readers.view(reader.id)[-1]["text"] == ""
    (edit,) = await hook.wait("message_edit")
    _, deleted = await hook.wait("message", 2)
    assert (edit["message_edit"]["mid"], edit["message_edit"]["text"]) == (mid, "খেলা")
    assert deleted["message"] == {"mid": mid, "is_deleted": True}


async def test_a_link_into_a_thread_that_there_is_opens_the_window(sandbox, readers, reader, hook):
    readers.send_text(reader.id, "হাই")
    close(sandbox, reader)
    readers.open_link(reader.id, "topic-sports")
    assert opened_by(sandbox, reader) == "REFERRAL"
    (event,) = await hook.wait("referral")
    assert event["referral"] == {"ref": "topic-sports", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    with pytest.raises(SandboxError, match="2083"):
        readers.open_link(reader.id, "x" * 2084)


async def test_a_new_persons_link_comes_with_get_started(sandbox, readers, hook):
    await sandbox.ok("POST", "me/messenger_profile", PROFILE)
    stranger = readers.add_person("অচেনা")
    readers.open_link(stranger.id, "topic-sports")
    assert readers.welcome(stranger.id) == {"greeting": "নমস্কার", "get_started": True, "ice_breakers": []}
    readers.get_started(stranger.id)
    assert opened_by(sandbox, stranger) == "BUTTON"
    (event,) = await hook.wait("postback")
    assert event["postback"]["referral"]["ref"] == "topic-sports"
    assert hook.of("referral") == []


async def test_ice_breakers_stand_in_the_place_of_get_started(sandbox, readers, hook):
    await sandbox.ok("POST", "me/messenger_profile", {**PROFILE, "ice_breakers": ICE_BREAKERS})
    stranger = readers.add_person("অচেনা")
    with pytest.raises(SandboxError, match="no Get Started"):
        readers.get_started(stranger.id)
    readers.open_link(stranger.id, "from-paper")
    readers.tap_ice_breaker(stranger.id, "m:latest")
    (event,) = await hook.wait("postback")
    assert (event["postback"]["title"], event["postback"]["payload"]) == ("কী খবর?", "m:latest")
    assert event["postback"]["referral"]["ref"] == "from-paper"
    with pytest.raises(SandboxError, match="empty thread"):
        readers.tap_ice_breaker(stranger.id, "m:latest")


async def test_the_menu_is_tapped_like_a_button(sandbox, readers, reader, hook):
    await sandbox.ok("POST", "me/messenger_profile", PROFILE)
    close(sandbox, reader)
    readers.tap_menu(reader.id, title="সর্বশেষ")
    assert opened_by(sandbox, reader) == "BUTTON"
    (event,) = await hook.wait("postback")
    assert (event["postback"]["title"], event["postback"]["payload"]) == ("সর্বশেষ", "m:latest")


async def test_commands_take_the_menus_place_and_are_told(sandbox, readers, reader, hook):
    commands = [{"locale": "default", "commands": [{"name": "latest", "description": "খবর"}]}]
    await sandbox.ok("POST", "me/messenger_profile", {**PROFILE, "commands": commands})
    with pytest.raises(SandboxError, match="no entry in the menu"):
        readers.tap_menu(reader.id, "m:latest")
    readers.send_text(reader.id, "/latest sports")
    (event,) = await hook.wait("message")
    assert event["message"]["commands"] == [{"name": "latest"}]
    assert event["message"]["text"] == "latest sports"


async def test_an_ad_opens_seven_days_with_the_message_that_follows(sandbox, readers, reader, hook):
    close(sandbox, reader)
    readers.click_ad(reader.id, "120000000001", ref="campaign", title="খবর পড়ুন")
    assert opened_by(sandbox, reader) is None
    readers.send_text(reader.id, "হাই")
    (event,) = await hook.wait("message")
    assert event["message"]["referral"] == {
        "source": "ADS",
        "type": "OPEN_THREAD",
        "ad_id": "120000000001",
        "ref": "campaign",
        "ads_context_data": {"ad_title": "খবর পড়ুন"},
    }
    assert opened_by(sandbox, reader) == "AD"
    sandbox.state.advance(7 * DAY - 60)
    await sandbox.send(reader.id, "এখনও খোলা")
    sandbox.state.advance(61)
    assert await sandbox.refused_send(reader.id, "বন্ধ") == (10, 2018278)


async def test_a_message_within_an_ads_week_does_not_shorten_it(sandbox, readers, reader):
    readers.click_ad(reader.id, "1")
    readers.send_text(reader.id, "হাই")
    until = reader.window_until
    readers.send_text(reader.id, "আরও")
    assert (reader.window_until, reader.opened_by) == (until, "AD")


async def test_reading_and_deliveries_have_watermarks(sandbox, readers, reader, hook):
    mid = await sandbox.send(reader.id, "খবর")
    readers.read(reader.id)
    (delivery,) = await hook.wait("delivery")
    (read,) = await hook.wait("read")
    assert delivery["delivery"]["mids"] == [mid]
    assert read["read"]["watermark"] >= delivery["delivery"]["watermark"]
    assert readers.view(reader.id)[-1]["read"]


async def test_stopping_by_messengers_own_control_is_an_optin_that_says_stop(readers, reader, hook):
    readers.stop(reader.id)
    readers.resume(reader.id)
    stop, resume = await hook.wait("optin", 2)
    assert stop["optin"]["type"] == "notification_messages"
    assert stop["optin"]["notification_messages_status"] == "STOP_NOTIFICATIONS"
    assert resume["optin"]["notification_messages_status"] == "RESUME_NOTIFICATIONS"


async def test_who_is_gone_is_not_told_but_cannot_be_written_to(sandbox, readers, reader, hook):
    readers.send_text(reader.id, "হাই")
    readers.delete_conversation(reader.id)
    assert readers.view(reader.id) == []
    await sandbox.send(reader.id, "আছেন?")
    readers.delete_account(reader.id)
    assert await sandbox.refused_send(reader.id, "আছেন?") == (551, 1545041)
    with pytest.raises(SandboxError, match="deleted their account"):
        readers.send_text(reader.id, "ভূত")
    await hook.wait("message")
    assert len(hook.of("message")) == 1


async def test_a_person_who_answers_from_the_inbox_takes_the_thread(sandbox, readers, reader, hook):
    page = PageSide(sandbox.state)
    template = {
        "template_type": "button",
        "text": "?",
        "buttons": [{"type": "postback", "title": "হ্যাঁ", "payload": "yes"}],
    }
    mid = await sandbox.send(reader.id, {"attachment": {"type": "template", "payload": template}})
    page.write(reader.id, "আমি সম্পাদক")
    readers.tap_button(reader.id, mid, "yes")
    page.hand_back(reader.id)
    readers.send_text(reader.id, "ধন্যবাদ")
    (taken,) = await hook.wait("take_thread_control")
    (passed,) = await hook.wait("pass_thread_control")
    ours = sandbox.state.account.app_id
    assert taken["take_thread_control"] == {"previous_owner_app_id": ours, "new_owner_app_id": INBOX_APP_ID}
    assert passed["pass_thread_control"] == {"previous_owner_app_id": INBOX_APP_ID, "new_owner_app_id": ours}
    assert [echo["message"]["app_id"] for echo in hook.of("echo")] == [int(ours), int(INBOX_APP_ID)]
    (standby,) = [item for entry in hook.entries for item in entry.get("standby", ())]
    assert "payload" not in standby["postback"]
    assert [event["message"]["text"] for event in await hook.wait("message")] == ["ধন্যবাদ"]


async def test_the_platform_warns_blocks_and_unblocks_the_page(sandbox, reader, hook):
    page = PageSide(sandbox.state)
    page.enforce("warning", "spam")
    await sandbox.send(reader.id, "x")
    page.enforce("block", "spam")
    assert await sandbox.refused_send(reader.id, "x") == (368, None)
    page.enforce("unblock")
    await sandbox.send(reader.id, "x")
    events = await hook.wait("policy_enforcement", 3)
    assert [event["policy_enforcement"]["action"] for event in events] == ["warning", "block", "unblock"]
    assert all("sender" not in event for event in events)


async def test_nothing_is_done_that_no_app_could_do(sandbox, readers, reader):
    mid = await sandbox.send(reader.id, "খবর")
    for act in (
        lambda: readers.add_person("x", person_id=reader.id),
        lambda: readers.send_text("7100000000999999", "x"),
        lambda: readers.send_text(reader.id, " "),
        lambda: readers.edit_text(reader.id, mid, "x"),
        lambda: readers.take_back(reader.id, mid),
        lambda: readers.unreact(reader.id, mid),
        lambda: readers.tap_button(reader.id, mid, "x"),
        lambda: readers.send_text(reader.id, "x", reply_to="m_unknown"),
    ):
        with pytest.raises(SandboxError):
            act()
