"""What each line of an extracted text looks like: the features that `pipeline.linefilter` weighs, by name."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

Features = dict[str, float]

_LOOKED_AT = 300          # characters of a line that are read for words, capitals and digits
_KEY = 60                 # characters without blanks that tell a line from another
_HEAD = 40                # words of a line in which a telling word may stand
_WORDS_UP_TO = (3, 6, 12, 25)
_LIST = 4                 # short lines of one shape in a row that make a list
_DECLARED = 200           # characters of an articleBody that is more than a summary
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_TOKEN = re.compile(r"[\w']+|[@©]")
_CAPITALISED = re.compile(r"\b[^\W\d_]")
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\w")
_SENTENCE_END = tuple(".!?。！？…\"”’»।")
_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "th", "dt", "dd", "pre", "figcaption",
           "div")
# What a line says of itself that its neighbours hear of, too.
_TOLD = {"words<=6": "short", "links": "links", "open_end": "open", "in_main": "in_main", "undeclared": "undeclared"}


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What is known of the page that its lines come from."""

    main: HtmlElement | None = None          # the element that holds most of the running text
    title: str = ""
    declared: str = ""                       # the plain text of JSON-LD's articleBody


def features(lines: Sequence[str], page: PageSigns, words: Mapping[str, Sequence[str]]) -> list[Features]:
    """The features of each line. `words` names for a telling word, or two of them, the groups that it is in."""
    places = _places(page.main)
    title = set(_TOKEN.findall(page.title.lower()))
    declared = _key(page.declared.lower(), len(page.declared)) if len(page.declared) > _DECLARED else ""
    counts = Counter(lines)
    found = []
    for line in lines:
        one = _of_line(line, title, words)
        if page.main is not None:
            place = places.get(_key(line))
            if place is not None:
                one |= _of_place(place, page.main)
        if declared:
            one["declared" if _key(line.lower()) in declared else "undeclared"] = 1.0
        if counts[line] > 1:
            one["twice"] = 1.0
        found.append(one)
    _add_order(found, lines)
    _add_neighbours(found)
    return found


def _key(text: str, size: int = _KEY) -> str:
    return "".join(text[: 4 * size].split())[:size]


def _places(main: HtmlElement | None) -> dict[str, HtmlElement]:
    """The innermost block of the main element for each beginning of a text."""
    found: dict[str, HtmlElement] = {}
    for block in main.iter(*_BLOCKS) if main is not None else ():
        if block.tag != "div" or (block.text and block.text.strip()):
            found[_key(block.text_content())] = block
    found.pop("", None)
    return found


def _of_line(line: str, title: set[str], words: Mapping[str, Sequence[str]]) -> Features:
    start = line[:_LOOKED_AT]
    low = start.lower()
    tokens = _TOKEN.findall(low)
    size = max(len(line.split()), 0 if line.isascii() else len(_CJK.findall(line)) / 2)
    one: Features = {"bias": 1.0, "log_words": math.log1p(size) / 4}
    for most in _WORDS_UP_TO:
        if size <= most:
            one[f"words<={most}"] = 1.0
    if line.endswith(_SENTENCE_END):
        one["ends_sentence"] = 1.0
    elif line.endswith(":"):
        one["ends_colon"] = 1.0
    else:
        one["open_end"] = 1.0
        if size > 12:
            one["open_long"] = 1.0
    one["digits"] = min(1.0, 3 * len(_DIGIT.findall(start)) / len(start))
    initials = _CAPITALISED.findall(start)
    one["capitals"] = sum(map(str.isupper, initials)) / (len(initials) or 1)
    if line.startswith("| "):
        one["row"] = 1.0
    elif line.startswith("- "):
        one["item"] = 1.0
    if line.isupper():
        one["upper"] = 1.0
    if line[:1].islower():
        one["lower_start"] = 1.0
    if size > 2 and title and len(title.intersection(tokens)) >= 0.9 * len(set(tokens)):
        one["is_title"] = 1.0
    if _ADDRESS.search(low):
        one["address"] = 1.0
    _add_words(one, tokens[:_HEAD], words, short=size <= 15)
    return one


def _add_words(one: Features, tokens: Sequence[str], words: Mapping[str, Sequence[str]], *, short: bool) -> None:
    last = ""
    for token in tokens:
        for telling in (token, f"{last} {token}"):
            for group in words.get(telling, ()):
                one[f"word:{group}"] = 1.0
                if short:
                    one[f"short_word:{group}"] = 1.0
        last = token


def _of_place(block: HtmlElement, main: HtmlElement) -> Features:
    one: Features = {"in_main": 1.0}
    depth, above = 0, block
    while above is not main and (parent := above.getparent()) is not None:
        depth, above = depth + 1, parent
    one["main_depth"] = min(depth, 4) / 4
    if depth == 1:
        one["child_of_main"] = 1.0
    length = len(block.text_content()) or 1
    if _share(block.iter("a"), length) > 0.4:
        one["links"] = 1.0
    if _share((child for child in block if child.tag in {"strong", "b", "em", "i"}), length) > 0.9:
        one["all_strong"] = 1.0
    return one


def _share(elements: Iterable[HtmlElement], length: int) -> float:
    return sum(len(element.text_content()) for element in elements) / length


def _add_order(found: list[Features], lines: Sequence[str]) -> None:
    """Where in the text each line stands, and how much of what follows is whole sentences."""
    total, before, sentences = sum(map(len, lines)) or 1, 0, 0
    last = len(found) - 1
    for number, (one, line) in enumerate(zip(found, lines, strict=True)):
        for name, holds in (("first", number == 0), ("second", number == 1), ("first4", number < 4),
                            ("last", number == last), ("last2", number > last - 2), ("last4", number > last - 4)):
            if holds:
                one[name] = 1.0
        one["position"] = before / total
        before += len(line)
    for behind, one in enumerate(reversed(found)):
        one["rest_sentences"] = sentences / (behind or 1)
        sentences += "ends_sentence" in one and "words<=12" not in one


def _add_neighbours(found: list[Features]) -> None:
    told = [[name for sign, name in _TOLD.items() if sign in one] for one in found]
    for number, one in enumerate(found):
        if number:
            one.update((f"prev_{name}", 1.0) for name in told[number - 1])
        if number + 1 < len(found):
            one.update((f"next_{name}", 1.0) for name in told[number + 1])
    shapes = [_shape(one) for one in found]
    for number, one in enumerate(found):
        # A list in the middle of an article: results, dates, ingredients.
        if shapes[number][0] and _run(shapes, number) >= _LIST:
            one["listed"] = 1.0
            for sign in ("links", "item"):
                if sign in one:
                    one[f"listed_{sign}"] = 1.0


def _shape(one: Features) -> tuple[bool, ...]:
    return tuple(sign in one for sign in ("words<=25", "ends_sentence", "row", "item", "links", "in_main"))


def _run(shapes: Sequence[tuple[bool, ...]], number: int) -> int:
    """How many lines in a row, this one among them, have its shape; no more are counted than make a list."""
    first = last = number
    while first and shapes[first - 1] == shapes[number] and last - first + 1 < _LIST:
        first -= 1
    while last + 1 < len(shapes) and shapes[last + 1] == shapes[number] and last - first + 1 < _LIST:
        last += 1
    return last - first + 1
