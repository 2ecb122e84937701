"""How a page was read: the way its body was found, selectors of its source, and what it is beside an article."""

from __future__ import annotations

import json

import pytest

from core.recipe import Recipe
from pipeline.extract import read_page
from tests.unit.pipeline.test_extract import PARAGRAPHS, URL, page

OTHER = ["A second report of the day tells of a harbour that was closed by ice for the third time in this cold winter.",
         "Pilots said that no ship will leave before the weekend, and that tugs from two other towns are on their way."]


def test_a_page_of_plain_divisions_is_read_whole():
    body = "".join(f"<div class=c{n}><div>{text}</div></div>" for n, text in enumerate(PARAGRAPHS * 3))
    teaser = f"<div class=box><p>{OTHER[0]}</p></div>"
    html = f"<html><body><h1>Two firms</h1>{teaser}<main>{body}</main></body></html>"
    article = read_page(html.encode(), URL).article
    assert all(text in article.text for text in PARAGRAPHS)


def test_selectors_of_the_source_decide_what_is_taken():
    head = ("<meta property='article:published_time' content='2020-01-06T01:30:00Z'>"
            "<meta name=author content='Sam Sample'>")
    source = page(PARAGRAPHS, head=head).replace("<footer>", (
        f"<div id=real><p>{OTHER[0]}</p><p class=no>Advertisement</p><p>{OTHER[1]}</p></div>"
        "<h2 class=t>The real title</h2>"
        "<span class=by>Avery Example</span><time class=when datetime='2021-05-06T07:08:00+09:00'>x</time><footer>"))
    recipe = Recipe(body="#real", title="h2.t", authors=".by", date=".when", remove=(".no",))
    reading = read_page(source.encode(), URL, recipe=recipe)
    article = reading.article
    assert article.text == "\n".join(OTHER)
    assert (article.title, article.authors) == ("The real title", ("Avery Example",))
    assert article.published_at.isoformat() == "2021-05-05T22:08:00+00:00"
    assert reading.body_origin == "selector #real"
    assert reading.origins["authors"] == "selector .by"


def test_a_selector_that_finds_nothing_leaves_the_page_as_it_is():
    article = read_page(page(PARAGRAPHS).encode(), URL, recipe=Recipe(body="#gone", title=".gone")).article
    assert article.text == "\n".join(PARAGRAPHS)
    assert article.title == "Two firms join forces on AI"


def test_fields_say_where_they_are_from():
    ld = json.dumps({"@type": "NewsArticle", "author": {"@type": "Person", "name": "Avery Example"},
                     "datePublished": "2020-01-06T10:30:00+09:00"})
    html = page(PARAGRAPHS, head=f"<script type='application/ld+json'>{ld}</script>").encode()
    origins = read_page(html, URL).origins
    assert origins["title"] == "h1"
    assert origins["published_at"] == origins["authors"] == "JSON-LD"


@pytest.mark.parametrize(("url", "head"), [
    ("https://news.example.org/live/harbour", ""),
    (URL, "<script type='application/ld+json'>{\"@type\": \"LiveBlogPosting\"}</script>"),
])
def test_a_live_blog_is_flagged(url, head):
    assert read_page(page(PARAGRAPHS, head=head).encode(), url).article.flags == ("live_blog",)


def test_several_articles_on_one_page_are_flagged_and_none_is_cut_off():
    declared = " ".join(PARAGRAPHS * 2)
    ld = json.dumps({"@type": "NewsArticle", "articleBody": "\n".join(PARAGRAPHS * 2)})
    several = page([*PARAGRAPHS * 2, *OTHER * 4], head=f"<script type='application/ld+json'>{ld}</script>")
    article = read_page(several.encode(), URL).article
    assert len(article.text) > 1.6 * len(declared)
    assert article.flags == ("several_articles",)
    assert read_page(page(PARAGRAPHS).encode(), URL).article.flags == ()
