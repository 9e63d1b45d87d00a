"""One address for one article."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from newsbot.ingest.article_finder import addresses_to_look_up, find_article
from newsbot.ingest.canonical_url import (
    InvalidUrl,
    canonical_url,
    preferred_url,
    registered_site,
    same_page_addresses,
    same_site,
)
from tests.builders import an_article

SLUG = "%E0%A6%96%E0%A7%87%E0%A6%B2%E0%A6%BE"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Paper.Example/News", "https://paper.example/News"),
        ("https://paper.example", "https://paper.example/"),
        ("https://paper.example:443/a", "https://paper.example/a"),
        ("http://paper.example:80/a", "http://paper.example/a"),
        ("http://paper.example:8080/a", "http://paper.example:8080/a"),
        ("https://paper.example/a#comments", "https://paper.example/a"),
        ("https://editor:secret@paper.example/a", "https://paper.example/a"),
        ("https://paper.example./a", "https://paper.example/a"),
        ("  https://paper.example/a\n", "https://paper.example/a"),
        ("https://paper.example/a/", "https://paper.example/a/"),
        ("https://www.paper.example/a", "https://www.paper.example/a"),
        ("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
    ],
)
def test_host_port_and_fragment_are_spelled_one_way(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://paper.example/খেলা", f"https://paper.example/{SLUG}"),
        (f"https://paper.example/{SLUG.lower()}", f"https://paper.example/{SLUG}"),
        ("https://paper.example/%7Eeditor/%61", "https://paper.example/~editor/a"),
        ("https://paper.example/a b?q=c d", "https://paper.example/a%20b?q=c%20d"),
        ("https://paper.example/100%", "https://paper.example/100%25"),
        ("https://paper.example/a%2Fb", "https://paper.example/a%2Fb"),
        ("https://paper.example/?q=a+b", "https://paper.example/?q=a+b"),
        ("https://দৈনিক.বাংলা/a", f"https://{URL('https://দৈনিক.বাংলা').raw_host}/a"),
    ],
)
def test_letters_of_every_script_are_encoded_one_way(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?utm_source=fb&utm_medium=social", ""),
        ("?id=5&utm_source=fb&page=2", "?id=5&page=2"),
        ("?b=2&a=1", "?b=2&a=1"),
        ("?fbclid=IwAR0&gclid=1&igshid=2&_ga=3&mc_cid=4", ""),
        ("?UTM_Source=x", ""),
        ("?utm%5Fsource=x", ""),
        ("?amp", ""),
        ("?amp=1&outputType=amp", ""),
        ("?ref=5&source=home", "?ref=5&source=home"),
        ("?utm=1", "?utm=1"),
        ("?", ""),
        ("?a=&b", "?a=&b"),
    ],
)
def test_parameters_that_only_track_are_dropped_and_the_others_keep_their_order(query: str, expected: str) -> None:
    assert canonical_url(f"https://paper.example/a{query}") == f"https://paper.example/a{expected}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://paper.example/sports/story-1/amp", "https://paper.example/sports/story-1"),
        ("https://paper.example/sports/story-1/amp/", "https://paper.example/sports/story-1"),
        ("https://paper.example/story-1.amp.html", "https://paper.example/story-1.html"),
        ("https://paper.example/amp/story/sports/1", "https://paper.example/story/sports/1"),
        ("https://paper-example.cdn.ampproject.org/v/s/paper.example/story-1?amp=1", "https://paper.example/story-1"),
        ("https://www.google.com/amp/s/paper.example/story-1/amp", "https://paper.example/story-1"),
        ("https://paper.example/amp", "https://paper.example/amp"),
        ("https://paper.example/champ", "https://paper.example/champ"),
        ("https://paper.example/amp/power", "https://paper.example/amp/power"),
    ],
)
def test_amp_addresses_lead_to_the_article_proper(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "খবর",
        "/relative",
        "//paper.example/a",
        "mailto:editor@paper.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://[::1",
        "http://paper.example:99999/",
        "http://paper example/",
        "http://paper.example\\@evil.example/",
        "https://paper.example/" + "a" * 2_000,
        "https://paper.example/\ud800",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    with pytest.raises(InvalidUrl):
        canonical_url(url)


def test_a_relative_address_is_resolved_where_it_stands() -> None:
    assert canonical_url("../2?x=1", "https://paper.example/sports/1") == "https://paper.example/2?x=1"


@given(st.text(max_size=60), st.text(max_size=30))
def test_canonical_is_canonical_whatever_it_was_made_of(path: str, query: str) -> None:
    try:
        once = canonical_url(f"https://paper.example/{path}?{query}")
    except InvalidUrl:
        return
    assert canonical_url(once) == once
    assert once.isascii()


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(InvalidUrl):
        assert canonical_url(text).startswith(("http://", "https://"))


PAGE = "https://m.paper.com.bd/sports/1"


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("https://www.paper.com.bd/sports/1", "https://www.paper.com.bd/sports/1"),
        ("/sports/one?utm_source=x", "https://m.paper.com.bd/sports/one"),
        ("https://other.com.bd/sports/1", PAGE),
        ("https://paper.com.bd.evil.example/1", PAGE),
        ("https://www.paper.com.bd/", PAGE),
        ("javascript:1", PAGE),
        ("", PAGE),
    ],
)
def test_a_declared_address_is_believed_on_the_same_site_and_never_as_the_front_page(
    declared: str, expected: str
) -> None:
    assert preferred_url(PAGE, declared) == expected


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.paper.com", "paper.com"),
        ("bangla.news.paper.com.bd", "paper.com.bd"),
        ("paper.com.bd", "paper.com.bd"),
        ("com.bd", "com.bd"),
        ("news.co.uk", "news.co.uk"),
        ("a.b.news.info", "news.info"),
        ("192.168.1.20", "192.168.1.20"),
        ("localhost", "localhost"),
    ],
)
def test_the_registered_site_is_what_somebody_registered(host: str, site: str) -> None:
    assert registered_site(host) == site


def test_two_papers_under_one_country_ending_are_two_sites() -> None:
    assert not same_site("https://one.com.bd/a", "https://two.com.bd/a")
    assert same_site("https://m.one.com.bd/a", "https://one.com.bd/b")


def test_the_twins_of_an_address_differ_in_scheme_www_and_the_last_slash() -> None:
    assert set(same_page_addresses("https://www.paper.example/a?x=1")) == {
        f"{scheme}://{www}paper.example/a{slash}?x=1"
        for scheme in ("http", "https")
        for www in ("", "www.")
        for slash in ("", "/")
    }
    assert same_page_addresses("https://www.paper.example/a")[0] == "https://www.paper.example/a"
    assert set(same_page_addresses("http://127.0.0.1:80/")) == {"http://127.0.0.1:80/", "https://127.0.0.1:80/"}


def test_an_article_is_found_by_any_spelling_of_its_addresses() -> None:
    plain, exact = an_article(1, url="http://paper.example/a/"), an_article(2, url="https://www.paper.example/a")
    known = {plain.url: plain, exact.url: exact}
    assert find_article(["https://paper.example/a"], {plain.url: plain}) == plain
    assert find_article(["https://paper.example/x", "https://www.paper.example/a"], known) == exact
    assert find_article(["https://paper.example/b"], known) is None
    assert plain.url in addresses_to_look_up(["https://www.paper.example/a"])
