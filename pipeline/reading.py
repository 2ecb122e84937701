"""Read an article once: its sentences, names, topic words, relation words and status words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from core.records import Article, Person
from pipeline import sentences
from pipeline.entities import Name, without_overlaps
from pipeline.framebook import Cue
from pipeline.knowledge import Knowledge
from pipeline.knowledge_files import StatusCue
from pipeline.lexicon import Found
from pipeline.naming import find_names
from pipeline.roles import with_roles
from pipeline.topics import TopicPlace
from pipeline.views import EVENT_LIMIT, View, language_by_letters, script_of, views

LEAD_SENTENCES = 5
_TOLD_BY = 2_000          # characters that tell the language of a text whose language nobody names
_NAMED_AFTER_TOPIC = re.compile(r"(?:\s|\.|^\w+)(?:AI|Ai|ai)$")    # a firm called Something AI says nothing of AI
_OWNER = re.compile(r"-[A-ZÄÖÜ][a-zäöüß]+ [A-Z]")     # "die VW-Tochter Cariad": the second is meant
_TOPIC_ENDS = {"AI", "Ai", "ai"}


@dataclass(slots=True)
class Reading:
    """What was found in one field of an article."""

    view: View
    sentences: list[tuple[int, int]]
    names: list[Name]                    # sure ones, "we" and "the two companies" too
    maybe: list[Name]
    topics: list[TopicPlace]
    cues: list[Cue]
    statuses: list[Found[tuple[str, StatusCue]]]
    marked: list[tuple[int, int]]
    lead_end: int = 0
    every: list[Name] = field(init=False)          # those of both that do not overlap

    def __post_init__(self) -> None:
        self.every = without_overlaps([*self.names, *self.maybe])

    def names_in(self, start: int, end: int) -> list[Name]:
        """The names within a sentence, the sure ones and those that might be organisations."""
        found = self.every[bisect_left(self.every, (start,)) : bisect_left(self.every, (end,))]
        return found if not found or found[-1].end <= end else found[:-1]

    def before(self, place: int) -> list[str]:
        """The organisations named before a place, the last one last, each once."""
        found: dict[str, None] = {}
        for name in self.names:
            if name.start >= place:
                break
            if name.kind == "name" and not _OWNER.match(self.view.plain, name.end):
                for organisation in name.organisations:
                    found.pop(organisation, None)
                    found[organisation] = None
        return list(found)


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """What was found in an article."""

    title: Reading
    text: Reading
    publisher: str | None
    main: tuple[str, ...]                # organisations of title and opening, the most named one first
    language: str | None
    people: tuple[Person, ...]


def read(article: Article, knowledge: Knowledge, publisher: str | None) -> list[ArticleReading]:
    """Everything that events and topics are made of, one reading for each item of a page that collects several."""
    # A declared language may be wrong; the letters of a script are not.
    opening = f"{article.title} {article.text[:_TOLD_BY]}"
    language = language_by_letters(opening) or article.language or script_of(opening)
    items = knowledge.items.split(*views(article), knowledge.gazetteer.find)
    return [_read(title, text, language, knowledge, publisher) for title, text in items]


def _read(
    title: View, text: View, language: str | None, knowledge: Knowledge, publisher: str | None
) -> ArticleReading:
    named = find_names(title, text, knowledge, language, publisher)
    marked = knowledge.preparation.marked(text)
    maybe = [name for name in named.maybe if not _covered(marked, name.start, name.end)]
    whole = [(0, len(title.plain))] if title.plain else []
    parts = [part for part in sentences.split(text.plain, EVENT_LIMIT) if not (marked and _within(marked, part))]
    title_reading = _reading(title, whole, named.title, named.headline, [], knowledge, language)
    text_reading = _reading(text, parts, named.text, maybe, marked, knowledge, language)
    return ArticleReading(
        title_reading, text_reading, publisher, _main(title_reading, text_reading), language, named.people
    )


def _reading(view: View, parts: list[tuple[int, int]], names: list[Name], maybe: list[Name],
             marked: list[tuple[int, int]], knowledge: Knowledge, language: str | None) -> Reading:
    limit = parts[-1][1] if parts else 0
    taken = [(name.start, name.end) for name in names if name.kind == "name"]
    # A consortium's name says what it is about, a firm's does not.
    named = [(name.start, name.end) for name in names if name.kind == "name" and not _is_body(name, knowledge)]
    named_after = [
        (name.start, name.end) for name in maybe
        if name.organisations[0][-2:] in _TOPIC_ENDS and _NAMED_AFTER_TOPIC.search(name.organisations[0])
    ]
    every = without_overlaps([*names, *maybe])
    lead_end = parts[min(LEAD_SENTENCES, len(parts)) - 1][1] if parts else 0
    cues = [cue for cue in knowledge.frames.find(view, limit, language) if not _covered(taken, cue.start, cue.end)]
    return Reading(
        view=view, sentences=parts, names=names, maybe=maybe, marked=marked, lead_end=lead_end, cues=cues,
        topics=with_roles(knowledge.topics.find(view, language, named + marked + named_after), every, view,
                          language),
        statuses=[one for one in knowledge.status.find(view, limit, language)
                  if not _covered(taken, one.start, one.end)],
    )


def _is_body(name: Name, knowledge: Knowledge) -> bool:
    entry = knowledge.organisations.get(name.organisations[0]) if name.organisations else None
    return entry is not None and entry.type in {"association", "consortium"}


def _within(marked: list[tuple[int, int]], part: tuple[int, int]) -> bool:
    """Whether most of a sentence is boilerplate."""
    number = max(0, bisect_left(marked, (part[0], 0)) - 1)
    covered = 0
    for start, end in marked[number:]:
        if start >= part[1]:
            break
        covered += max(0, min(end, part[1]) - max(start, part[0]))
    return covered > 0.6 * (part[1] - part[0])


def _covered(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    number = bisect_left(taken, (end, 0)) - 1
    return number >= 0 and taken[number][1] > start


def _main(title: Reading, text: Reading) -> tuple[str, ...]:
    """The organisations that a text is mostly about."""
    counts: Counter[str] = Counter()
    for reading, weight, limit in ((title, 3, 10**9), (text, 1, 1_500)):
        for name in reading.names:
            if name.kind == "name" and name.start < limit:
                counts[name.organisations[0]] += weight
    return tuple(name for name, _ in counts.most_common(5))


def with_organisations(name: Name, reading: Reading, fallback: tuple[str, ...]) -> Name:
    """"The two companies" as the last two organisations before them."""
    if name.kind != "group" or name.organisations:
        return name
    follows = name.end + 2
    if reading.view.plain[name.end : follows] == ", " and any(other.start == follows for other in reading.names):
        return name                        # "the two companies, X and Y": the names follow
    size = int(name.size)
    before = reading.before(name.start) or list(fallback)
    return name._replace(organisations=tuple(before[-size:]) if len(before) >= size else ())
