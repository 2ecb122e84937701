"""How a text refers back to organisations: "we", "the two companies", "the Seoul-based firm", "양사"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from pipeline.entities import Name
from pipeline.expressions import any_of
from pipeline.knowledge_files import Names, Organisation
from pipeline.lexicon import Lexicon
from pipeline.views import EVENT_LIMIT, View

_GENERIC = frozenset({"company", "firm", "group", "startup", "start-up", "giant", "maker", "agency", "developer"})

_NOTHING = re.compile("(?!)")


class References:
    """The words that stand for organisations named before."""

    def __init__(self, lists: Names) -> None:
        self._sizes = {word.lower(): size for word, size in lists.both_companies.items()} | dict.fromkeys(
            lists.the_company, 1
        )
        self._speakers = Lexicon((word, self._sizes.get(word, 0)) for word in (*lists.first_person, *self._sizes))
        alone = lists.both_before_verb
        self._alone = frozenset(alone.words) if alone else frozenset()
        self._verb = re.compile(rf" (?:{'|'.join(alone.verbs)})") if alone else _NOTHING
        self._countries = {word: code for code, words in lists.nationalities.items() for word in words}
        self._kinds = {noun: kind for kind, nouns in lists.kinds.items() for noun in nouns}
        self._unnamed = {
            language: (one.nouns, re.compile(one.before + f"(?:{any_of(map(re.escape, one.nouns))})(?![a-z])"))
            for language, one in lists.unnamed.items()
        }
        places, nouns = (any_of(sorted(map(re.escape, words), key=len, reverse=True))
                         for words in (self._countries, self._kinds))
        self._described = re.compile(
            rf"[Tt]he (?:(?P<place>{places})\.?(?:-based|-headquartered)? )?(?:[a-z]+ )?(?P<noun>{nouns})\b"
            r"(?! of\b| [A-Z])"
        )

    def unnamed(self, view: View, part: tuple[int, int], language: str | None) -> list[Name]:
        """Organisations that a part of a text counts and does not name: "seven banks", "a group of carmakers"."""
        nouns, pattern = self._unnamed.get(language or "en", ((), None))
        # Most sentences hold none of the nouns, which is quicker to see than that the pattern fits nowhere.
        if pattern is None or not any(view.folded.find(noun, *part) >= 0 for noun in nouns):
            return []
        return [Name(*match.span(), (), "unnamed", known=False) for match in pattern.finditer(view.folded, *part)]

    def find(self, view: View, publisher: str | None) -> list[Name]:
        """"We" and "the two companies", in the part of a text that is read for events."""
        found = []
        for place in self._speakers.find(view, EVENT_LIMIT):
            if size := place.values[0]:
                if view.folded[place.start : place.end] in self._alone \
                        and not self._verb.match(view.folded, place.end):
                    continue
                found.append(Name(place.start, place.end, (), "group", size=size))
            elif view.plain[place.start : place.end] != "US":
                found.append(Name(place.start, place.end, (publisher,) if publisher else (), "we"))
        return found

    def described(self, view: View, names: Collection[Name], knowledge: Mapping[str, Organisation]) -> Iterator[Name]:
        """"The Seoul-based firm" and "the ministry" as the last organisation before that fits, by the knowledge."""
        named = sorted(name for name in names if name.kind == "name" and name.organisations)
        ends = {name.end for name in named}
        for match in self._described.finditer(view.plain, 0, EVENT_LIMIT):
            country = self._countries.get(match["place"] or "")
            apposed = match.start() - 2 in ends and view.plain[match.start() - 2] == ","
            if (country is None and match["noun"] in _GENERIC) or apposed:
                continue                   # "Tarvela, the Korean firm" says what Tarvela is
            kind = self._kinds[match["noun"]]
            for name in reversed([name for name in named if name.end <= match.start()]):
                entry = knowledge.get(name.organisations[0])
                if entry and entry.type == kind and country in {None, entry.country}:
                    yield Name(*match.span(), name.organisations, "group", name.known)
                    break
