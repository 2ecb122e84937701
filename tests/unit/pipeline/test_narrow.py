"""What is read of a page is the part that holds the article, with what stands between its headline and its text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, tostring

from pipeline.htmlpage import parse
from pipeline.maintext import find_main_text
from pipeline.narrow import article_part

LONG = "A paragraph that is long enough to count as running text of an article, number {}."
STORY = "".join(f"<p>{LONG.format(number)}</p>" for number in range(8))


def part_of(body: str) -> tuple[HtmlElement, HtmlElement | None]:
    tree = parse(f"<html><body class='page'>{body}</body></html>")
    return tree, article_part(find_main_text(tree))


def text_of(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_what_stands_around_an_article_is_left_out_and_its_lead_is_not() -> None:
    _, part = part_of(
        "<nav>Home World Sport</nav>"
        "<main><header><span>Markets</span><h1>Two firms join forces</h1></header><div class='lead'>The lead.</div>"
        f"<div class='grid'><figure>A picture</figure><div class='story'>{STORY}</div><div>More like this</div></div>"
        "<section>Most read today</section></main><footer>Imprint</footer>"
    )
    assert part is not None
    text = text_of(part)
    assert text.startswith("Markets Two firms join forces The lead. A picture A paragraph")
    assert text.endswith("number 7.")
    for other in ("Home", "More like this", "Most read", "Imprint"):
        assert other not in text
    # Names of the elements around it tell an extractor what is inside.
    assert [(e.tag, e.get("class")) for e in part.iter("body", "main", "div")][:4] == [
        ("body", "page"), ("main", None), ("div", "lead"), ("div", "grid")]


def test_without_a_headline_before_it_nothing_before_an_article_is_taken() -> None:
    _, part = part_of(f"<div>A notice on top</div><div class='story'>{STORY}</div><h1>Below</h1>")
    assert part is not None
    assert text_of(part).startswith("A paragraph")


def test_an_article_in_two_containers_is_taken_whole() -> None:
    half = "".join(f"<p>{LONG.format(number)}</p>" for number in range(20, 26))
    _, part = part_of(f"<article><div>{STORY}</div><div>An advertisement</div><div>{half}</div></article>")
    assert part is not None
    assert "number 0." in text_of(part)
    assert "number 25." in text_of(part)


def test_where_only_the_whole_page_holds_an_article_there_is_no_part() -> None:
    assert part_of(STORY)[1] is None
    assert part_of("<div>Short</div>")[1] is None
    assert part_of("")[1] is None


def test_names_that_a_parser_reads_and_nobody_may_write_do_no_harm() -> None:
    tree, part = part_of(f"<x\xa0\u201a 1a='b' class='c'><div class='story'>{STORY}</div></x\xa0\u201a>")
    assert part is not None
    assert text_of(part).startswith("A paragraph")
    assert "\u201a" in next(e.tag for e in tree.iter() if e.get("class") == "c")


PIECES = st.recursive(
    st.sampled_from([f"<p>{LONG.format(0)}</p>", "<p>short</p>", "<h1>Title</h1>", "<img src='x'>", "words"]),
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from(["div", "section", "article", "aside", "ul"]),
        st.lists(inner, max_size=4).map("".join),
    ),
    max_leaves=25,
)


@given(PIECES)
def test_a_part_keeps_the_main_text_and_leaves_the_page_as_it_is(body: str) -> None:
    tree = parse(f"<html><body>{body}</body></html>")
    before = tostring(tree)
    main = find_main_text(tree)
    part = article_part(main)
    assert tostring(tree) == before
    if part is not None:
        assert main.element is not None
        assert text_of(main.element) in text_of(part)
        assert len(text_of(part)) <= len(text_of(tree))
