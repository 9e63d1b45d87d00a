"""The console: what is typed goes in, what is answered comes out, as plain lines where it is no terminal."""

from __future__ import annotations

from io import StringIO

from newsbot.channels.console import ConsoleChannel
from newsbot.domain.attempt import Sent
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    CommandMenu,
    FileReply,
    Headline,
    HeadlinesReply,
    IncomingMessage,
    Kind,
    Option,
    Span,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address

CHOICE = ChoiceReply(
    question="কোন বিষয়?",
    options=(Option("খেলা", "a:1", chosen=True), Option("রাজনীতি", "a:2"), Option("বিনোদন", "a:3")),
    buttons=((Button("হয়েছে", "done"),),),
)


async def conversation(lines: str, *answers: tuple[AnyReply, ...]) -> tuple[list[IncomingMessage], str]:
    """Type `lines`, answer each with the next of `answers`; what was understood, and what was printed."""
    out = StringIO()
    channel = ConsoleChannel("salma", source=StringIO(lines), out=out)
    heard: list[IncomingMessage] = []
    waiting = list(answers)

    async def handle(incoming: IncomingMessage) -> None:
        heard.append(incoming)
        await channel.reply(incoming, waiting.pop(0) if waiting else ())

    await channel.run(handle)
    return heard, out.getvalue()


def printed(text: str) -> str:
    """Without the newline at the end of the input and of the last reply."""
    return text.rstrip("\n")


async def test_each_line_is_one_message_of_one_reader_until_the_input_ends() -> None:
    heard, _ = await conversation("খবর\n\n  খেলা  \nশেষ লাইন")
    assert [(m.kind, m.text) for m in heard] == [(Kind.TEXT, "খবর"), (Kind.TEXT, "খেলা"), (Kind.TEXT, "শেষ লাইন")]
    assert {m.address for m in heard} == {Address("console", "salma")}
    assert len({m.event_id for m in heard}) == 3


async def test_a_button_is_pressed_by_its_number_in_any_digits_or_by_its_label() -> None:
    heard, _ = await conversation("a\n#2\n#৪\nখেলা\n#9\n2\n", (CHOICE,))
    assert [(m.kind, m.text or m.action) for m in heard[1:]] == [
        (Kind.BUTTON, "a:2"),
        (Kind.BUTTON, "done"),
        (Kind.BUTTON, "a:1"),
        (Kind.TEXT, "#9"),
        (Kind.TEXT, "2"),
    ]


async def test_the_buttons_of_an_answer_stand_until_the_next_that_has_some() -> None:
    plain = TextReply(paragraphs=((Span("ভালো"),),))
    other = TextReply(paragraphs=((Span("অন্য"),),), buttons=((Button("নতুন", "new"),),))
    heard, _ = await conversation("a\nb\n#1\nc\n#1\n", (CHOICE,), (plain,), (), (other,))
    assert [m.action for m in heard if m.kind is Kind.BUTTON] == ["a:1", "new"]


async def test_a_choice_is_printed_with_numbers_and_what_is_chosen() -> None:
    _, out = await conversation("a\n", (Toast(text="যোগ হলো"), CHOICE))
    assert printed(out) == ("· যোগ হলো\n\nকোন বিষয়?\n[#1] ✓ খেলা   [#2] রাজনীতি\n[#3] বিনোদন\n[#4] হয়েছে")


async def test_headlines_are_numbered_as_they_are_opened() -> None:
    listing = HeadlinesReply(
        title="সর্বশেষ",
        headlines=(
            Headline(number="১", headline="শেষ বলে জয়", kicker="টি-টেন", when="৫ মিনিট আগে", action="open:1"),
            Headline(number="২", headline="সেতু খুলল", action="open:2"),
        ),
        footer="নম্বর লিখুন",
        buttons=((Button("আগের ›", "older"),),),
    )
    _, out = await conversation("a\n", (listing,))
    assert printed(out) == (
        "সর্বশেষ\n\n১. টি-টেন\n   শেষ বলে জয়\n   ৫ মিনিট আগে\n\n২. সেতু খুলল\n\nনম্বর লিখুন\n[#1] আগের ›"
    )


async def test_a_card_has_its_link_once() -> None:
    card = CardReply(headline="শেষ বলে জয়", url="https://news.example/1", summary="সারাংশ।", source="প্রভাত", when="এইমাত্র")
    read = (Button("পড়ুন", url="https://news.example/1"),)
    _, without = await conversation("a\n", (card,))
    _, with_button = await conversation(
        "a\n", (CardReply(headline="শেষ", url="https://news.example/1", buttons=(read,)),)
    )
    assert printed(without) == "শেষ বলে জয়\n\nসারাংশ।\n\nপ্রভাত · এইমাত্র\nhttps://news.example/1"
    assert with_button.count("https://news.example/1") == 1


async def test_a_file_is_shown() -> None:
    _, out = await conversation("a\n", (FileReply(name="d.json", content=b'{"a": 1}', caption="সব তথ্য"),))
    assert printed(out) == 'সব তথ্য [d.json]\n{"a": 1}'


async def test_escape_sequences_in_a_headline_do_not_reach_the_terminal() -> None:
    _, out = await conversation("a\n", (CardReply(headline="\x1b[2J\x07মুছে দিলাম\u202e", url="https://news.example/1"),))
    assert "\x1b" not in out
    assert "[2Jমুছে দিলাম\n" in out


async def test_square_brackets_are_text() -> None:
    _, out = await conversation("a\n", (TextReply(paragraphs=((Span("[bold]না[/bold] :smile:"),),)),))
    assert printed(out) == "[bold]না[/bold] :smile:"


async def test_every_reply_is_a_message_that_was_sent() -> None:
    channel = ConsoleChannel(out=StringIO(), source=StringIO())
    incoming = IncomingMessage(event_id="1", address=Address("console", "a"), kind=Kind.TEXT)
    assert await channel.reply(incoming, (CHOICE, CHOICE)) == (Sent("1"), Sent("2"))
    await channel.publish_menu(CommandMenu())
