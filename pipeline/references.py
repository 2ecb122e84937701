"""How a text refers back to organisations: "we", "the two companies", "the Seoul-based firm", "양사"."""

from __future__ import annotations

from pipeline.entities import Name
from pipeline.knowledge_files import Names
from pipeline.lexicon import Lexicon
from pipeline.views import EVENT_LIMIT, View


class References:
    """The words that stand for organisations named before."""

    def __init__(self, lists: Names) -> None:
        self._sizes = {word.lower(): size for word, size in lists.both_companies.items()} | dict.fromkeys(
            lists.the_company, 1
        )
        self._speakers = Lexicon((word, self._sizes.get(word, 0)) for word in (*lists.first_person, *self._sizes))

    def find(self, view: View, publisher: str | None) -> list[Name]:
        """"We" and "the two companies", in the part of a text that is read for events."""
        found = []
        for place in self._speakers.find(view, EVENT_LIMIT):
            if size := place.values[0]:
                found.append(Name(place.start, place.end, (), "group", size=size))
            elif view.plain[place.start : place.end] != "US":
                found.append(Name(place.start, place.end, (publisher,) if publisher else (), "we"))
        return found
