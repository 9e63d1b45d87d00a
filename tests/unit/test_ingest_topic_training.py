"""A model learns a newsroom's topics from its articles, knows when it doesn't know, and says how good it is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsbot.ingest.topic_model import ModelUnusable, load_model
from newsbot.ingest.topic_model_file import TrainedTopics
from newsbot.ingest.topic_training import Answer, Example, TooFewArticles, figures_of, fit, train

WORDS = {
    "river": ("নৌকা", "জেলে", "মাছ", "ঘাট", "স্রোত", "চর"),
    "hill": ("পাহাড়", "ঝরনা", "জুম", "বাগান", "সাঙ্গু", "মেঘ"),
    "city": ("ফুটপাত", "যানজট", "মেট্রো", "ভবন", "লিফট", "বাস"),
}
EVERYWHERE = ("মানুষ", "দিন", "কাজ", "সময়", "জায়গা", "কথা", "বছর", "পথ")


def examples(count: int, topics: tuple[str, ...] = ("river", "hill", "city"), *, seed: int = 1) -> list[Example]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        topic = topics[number % len(topics)]
        words = [*chance.sample(WORDS[topic], 2), *chance.sample(EVERYWHERE, 3)]
        chance.shuffle(words)
        made.append(Example(" ".join(words[:3]), " ".join(words[2:]), (topic,)))
    return made


def test_topics_are_told_by_their_words() -> None:
    model = train(examples(300))
    assert model.say("ঘাটে নৌকার ভিড়", "জেলেরা মাছ ধরছেন").topics == ("river",)
    assert model.say("মেট্রোর পথে যানজট", "").topics == ("city",)


def test_inflected_words_are_the_same_words() -> None:
    model = train(examples(300))
    assert model.probabilities("পাহাড়", "ঝরনা") == model.probabilities("পাহাড়ে", "ঝরনার")


def test_words_that_it_never_saw_tell_nothing() -> None:
    model = train(examples(300))
    assert model.say("অচেনা শব্দেরা", "এখানে শুধু নতুন").topics == ()
    assert model.say("", "").topics == ()


def test_what_is_reported_is_of_the_newest_which_were_held_out() -> None:
    told = examples(400)
    newest = [replace(example, topics=("hill",)) for example in told[-80:]]
    figures = train([*told[:-80], *newest]).figures
    assert (figures["articles"], figures["held_out"]) == (400, 80)
    hills = sum(example.topics == ("hill",) for example in told[-80:])
    assert figures["accuracy"] == pytest.approx(hills / 80, abs=0.001)


def test_the_confidence_is_such_that_as_many_as_wanted_are_right() -> None:
    chance = random.Random(3)
    told = examples(900)
    for number, another in enumerate(examples(900, ("hill", "city", "river"), seed=2)):
        if number % 4 == 0:  # about both, and called either
            one = told[number]
            about = f"{one.headline} {another.headline}"
            told[number] = Example(about, "", chance.choice((one.topics, another.topics)))
    timid, bold = train(told, right=0.97), train(told, right=0.5)
    assert bold.threshold == 0.5
    assert timid.threshold > bold.threshold
    assert timid.figures["covered"] < bold.figures["covered"]
    assert timid.figures["right"] > bold.figures["right"]


def test_a_topic_with_too_few_articles_is_not_learnt() -> None:
    few = [Example("ভবনের লিফট", "বাস", ("city",))] * 19
    assert train([*few, *examples(300, ("river", "hill"))]).topics == ("hill", "river")


def test_too_few_articles_teach_nothing() -> None:
    with pytest.raises(TooFewArticles, match="There are 199 articles of topics that have 20 or more"):
        train(examples(199))
    with pytest.raises(TooFewArticles):
        train(examples(300, ("river",)))


def test_two_topics_are_named_where_the_newsroom_gives_both_itself() -> None:
    both = [replace(example, topics=("river", "hill")) for example in examples(200, ("river", "hill"))]
    model = train([*both, *examples(100, ("city",))], right=0.5)
    assert set(model.say("নৌকা ও পাহাড়", "ঘাট, ঝরনা").topics) == {"river", "hill"}
    apart = train(examples(300), right=0.5)
    assert len(apart.say("নৌকা ও পাহাড়", "ঘাট, ঝরনা").topics) <= 1


def test_the_same_articles_make_the_same_model() -> None:
    assert fit(examples(200)).to_json() == fit(examples(200)).to_json()


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    model = train(examples(300))
    file = TrainedTopics(tmp_path / "new")
    size = file.save(model)
    read = file.current()
    assert read is not None
    assert size == file.path.stat().st_size
    assert (read.topics, read.threshold, read.pairs, read.figures) == (
        model.topics,
        model.threshold,
        model.pairs,
        model.figures,
    )
    for example in examples(50, seed=3):
        assert read.say(example.headline, example.text).topics == model.say(example.headline, example.text).topics


def test_a_model_that_is_trained_anew_counts_at_once(tmp_path: Path) -> None:
    file = TrainedTopics(tmp_path)
    assert file.current() is None
    TrainedTopics(tmp_path).save(fit(examples(200)))
    first = file.current()
    assert first is not None
    assert file.current() is first
    TrainedTopics(tmp_path).save(fit(examples(200, ("river", "hill"))))
    second = file.current()
    assert second is not None
    assert second.topics == ("hill", "river")
    file.path.unlink()
    assert file.current() is None


def changed(**changes: object) -> Callable[[dict[str, object]], dict[str, object]]:
    return lambda document: {**document, **changes}


@pytest.mark.parametrize(
    "damage",
    [
        changed(form=0),
        changed(analyser=0),
        changed(bias=[0.0]),
        changed(words={"ক": [1.0]}),
        changed(words={"ক": ["x", 1, 1, 1]}),
        changed(words=[]),
        changed(topics=[]),
        changed(pairs=3),
        lambda document: {name: value for name, value in document.items() if name != "threshold"},
        lambda document: [document],
        lambda document: None,
    ],
)
def test_a_model_that_cannot_be_used_is_none(tmp_path: Path, damage: Callable[[object], object]) -> None:
    file = TrainedTopics(tmp_path)
    file.save(fit(examples(200)))
    file.path.write_text(json.dumps(damage(json.loads(file.path.read_text("utf-8")))), "utf-8")
    with pytest.raises(ModelUnusable, match="newsbot topics train"):
        load_model(file.path)
    assert TrainedTopics(tmp_path).current() is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_no_model(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "topics.json").write_bytes(content)
    assert TrainedTopics(tmp_path).current() is None


def test_figures_of_answers() -> None:
    given = [
        Answer(("a",), "a", 0.9, ("a",)),
        Answer(("a", "b"), "b", 0.9, ("a", "b")),
        Answer(("b",), "a", 0.9, ("a",)),
        Answer(("b",), "b", 0.3, ()),
    ]
    figures = figures_of(given)
    assert (figures.count, figures.accuracy, figures.covered, figures.right) == (4, 0.75, 0.75, 0.75)
    assert figures.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert figures_of([]).count == 0
