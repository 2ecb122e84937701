"""The weekly picture: it can be drawn whatever the names are, and no label covers another."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.image import imread

from alerts import chart, lettering, springs
from alerts.blocks import parts, with_picture
from alerts.html import page
from alerts.weekly import in_words, week_facts, weekly
from archive.alliances import Alliance
from tests.fake_slack import problems
from tests.gallery import __main__ as gallery
from tests.gallery import sample

HOSTILE = ("$x^2$ AT$T", "\\frac{1}{2}", "<b>&amp;", "네이버", "日立製作所", "مرحبا", "A" * 400, "a\nb", "🤖", "%d {x}",
           "_^{")


def facts_of(*pairs: tuple[str, ...], rumoured: bool = False) -> dict[str, Any]:
    return week_facts(date(2026, 3, 16), (3, len(pairs)), [Alliance(0, pair, rumoured) for pair in pairs])


def drawn(facts: dict[str, Any]) -> Any:
    return imread(io.BytesIO(chart.draw(facts)))


@pytest.mark.parametrize("pairs", [(), (("Aurora", "Borealis"),), tuple((name, "Borealis") for name in HOSTILE),
                                   tuple((f"Firm {n}", f"Firm {n * 7 % 60}") for n in range(60))])
def test_a_picture_is_drawn_of_any_week_and_names_are_no_formulas(pairs: tuple[tuple[str, str], ...]) -> None:
    image = drawn(facts_of(*pairs))
    assert image.shape[:2] == (chart.HEIGHT, chart.WIDTH)
    assert (image.min(axis=2) < 0.5).any()


@pytest.mark.parametrize("name", [*HOSTILE, "<!channel>", "\u202eevil", "x" * 12_000, "Z" + "\u0301" * 50, "a · b"])
def test_no_name_makes_a_bad_message(name: str) -> None:
    facts = facts_of((name, "Borealis"), (name, "Cirrus"))
    message = weekly(facts, sample.WINDOW, sample.ROUTE, sample.NOW)
    assert message.picture is not None
    shown = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": message.picture.alt}
    assert [problems(with_picture(part, shown)) for part in parts(message)] == [[]]
    assert "<!channel>" not in page(message, with_picture=True)


def test_the_gallery_has_a_page_for_each_kind_of_message() -> None:
    made = gallery.pages()
    assert len(made) == 6
    assert all("Pactwatch" in html or "Digest" in html or "The week" in html for html in made.values())


def test_the_same_week_gives_the_same_picture() -> None:
    facts = facts_of(("Aurora", "Borealis"), ("Aurora", "Cirrus"))
    assert chart.draw(facts) == chart.draw(facts)


def test_a_name_that_no_font_can_write_is_a_number_and_the_caption_says_whose() -> None:
    if len(lettering.families()) > 1:
        pytest.skip("this machine has a font for it")
    facts = facts_of(("Aurora", "네이버"), ("Aurora", "Škoda Група"))
    assert chart.caption(facts) == "No. 3: 네이버"
    assert in_words(facts)[0] == "Aurora · 2 stories · with Škoda Група, 네이버"


def test_a_font_of_the_system_writes_what_the_own_one_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pen = TTGlyphPen(None)
    for place, to in (("moveTo", (0, 0)), ("lineTo", (0, 500)), ("lineTo", (500, 500))):
        getattr(pen, place)(to)
    pen.closePath()
    glyph = pen.glyph()
    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", "han"])
    font.setupCharacterMap({ord("한"): "han"})
    font.setupGlyf({".notdef": glyph, "han": glyph})
    font.setupHorizontalMetrics({".notdef": (600, 0), "han": (600, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Nanum Gothic", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(tmp_path / "nanum.ttf")
    there = [*font_manager.fontManager.ttflist]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", there)
    lettering._has.cache_clear()
    font_manager.fontManager.addfont(tmp_path / "nanum.ttf")
    try:
        assert lettering.drawable("한 A")
        assert not lettering.drawable("한글")
        drawn(facts_of(("한", "Aurora")))
    finally:
        lettering._has.cache_clear()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=2, max_size=18), st.data())
def test_no_two_labels_cover_each_other(lengths: list[int], data: st.DataObject) -> None:
    node = st.integers(0, len(lengths) - 1)
    ties = data.draw(st.lists(st.tuples(node, node).filter(lambda tie: tie[0] != tie[1]), max_size=30))
    sizes = np.array([(0.03 + 0.0155 * length, 0.07) for length in lengths])
    at = springs.places([(float(w), float(h)) for w, h in sizes], ties)
    assert ((at >= 0) & (at <= 1)).all()
    apart = np.abs(at[:, None] - at[None, :]) - (sizes[:, None] + sizes[None, :]) / 2
    covered = (apart < -0.02).all(axis=2)
    np.fill_diagonal(covered, val=False)
    assert not covered.any()


def test_those_who_are_tied_stand_nearer_than_others() -> None:
    at = springs.places([(0.05, 0.05)] * 8, [(0, 1), (2, 3), (4, 5), (6, 7)])
    far = np.linalg.norm(at[:, None] - at[None, :], axis=2)
    tied = [far[n, n + 1] for n in range(0, 8, 2)]
    assert max(tied) < float(np.median(far[np.triu_indices(8, 1)]))
