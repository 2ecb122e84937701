"""Evidence in a text, and what a correction changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Literal

from markupsafe import Markup, escape

from web.text import visible

ROLES = {"party": "party", "relation": "relation", "topic": "topic", "status": "status"}
_MOST_WORDS = 3000                       # of a paragraph that is compared word by word; larger ones change as a whole

Span = tuple[int, int, str]


def evidence(text: str, spans: Iterable[Span]) -> Markup:
    """A text in paragraphs, with the places of evidence marked. Where two overlap, the earlier one counts."""
    kept = _apart(text, spans)
    out: list[Markup] = []
    begin = 0
    for paragraph in text.split("\n"):
        end = begin + len(paragraph)
        if paragraph.strip():
            inside = [span for span in kept if span[0] < end and span[1] > begin]
            out.append(Markup("<p>{}</p>").format(_marked(text, begin, end, inside)))
        begin = end + 1
    return Markup("\n").join(out)


def line(text: str, spans: Iterable[Span]) -> Markup:
    """The same for a title, or a sentence."""
    return _marked(text, 0, len(text), _apart(text, spans))


def _apart(text: str, spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for start, end, role in sorted(spans, key=lambda span: (span[0], -span[1])):
        if 0 <= start < end <= len(text) and (not kept or start >= kept[-1][1]):
            kept.append((start, end, role))
    return kept


def _marked(text: str, begin: int, end: int, spans: Sequence[Span]) -> Markup:
    out, at = [], begin
    for start, stop, role in spans:
        start, stop = max(start, begin), min(stop, end)
        out += [escape(visible(text[at:start])),
                Markup('<mark class="{0}" title="{0}">{1}</mark>').format(role, visible(text[start:stop]))]
        at = stop
    return Markup("").join([*out, escape(visible(text[at:end]))])


def spans_of(found: Mapping[str, Any], field: Literal["title", "text"]) -> list[Span]:
    """The places of an article's evidence in its title or its text: the parties, and what its hits rest on."""
    spans = [(span["start"], span["end"], ROLES.get(span["role"].partition("_")[0], "other"))
             for hit in found["hits"] for span in hit["evidence"]
             if span.get("field") == field and span["role"] not in {"sentence", "story"} and "start" in span]
    deciding = {hit["event"] for hit in found["hits"] if hit["event"] is not None}
    spans += [(party["start"], party["end"], "party") for event in found["events"] if event["id"] in deciding
              for party in event["parties"] if party["field"] == field and party["start"] is not None]
    return spans


def changes(before: str, after: str) -> Markup:
    """What was taken out and put in, paragraph by paragraph; those that stayed are left out."""
    old, new = before.split("\n"), after.split("\n")
    out: list[Markup] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes() if (
            len(old) * len(new) < 250_000) else [("replace", 0, len(old), 0, len(new))]:
        if kind == "equal":
            continue
        out.append(Markup("<p>{}</p>").format(_by_words(" ".join(old[a:b]), " ".join(new[c:d]))))
    return Markup("\n").join(out)


def _by_words(before: str, after: str) -> Markup:
    old, new = visible(before).split(), visible(after).split()
    if len(old) > _MOST_WORDS or len(new) > _MOST_WORDS:
        return _gone(old) + " " + _come(new)
    out: list[Markup] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            same = old[a:b]
            out.append(escape(" ".join(same if len(same) < 24 else [*same[:10], "…", *same[-10:]])))
            continue
        out += [part for part in (_gone(old[a:b]), _come(new[c:d])) if part]
    return Markup(" ").join(out)


def _gone(words: Sequence[str]) -> Markup:
    return Markup("<del>{}</del>").format(" ".join(words)) if words else Markup("")


def _come(words: Sequence[str]) -> Markup:
    return Markup("<ins>{}</ins>").format(" ".join(words)) if words else Markup("")
