"""Find the names of an article: title and text tell on each other who is an organisation and who a person."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from core.records import Person
from pipeline.entities import Name, introduced, occurrences, without_overlaps
from pipeline.knowledge import Knowledge
from pipeline.names import Discovered, agreed
from pipeline.views import View

_SHORT_FORM = re.compile(r"[A-Z][A-Za-z0-9]{3,}")


@dataclass(frozen=True, slots=True)
class ArticleNames:
    """The names of both fields: sure ones, "we" and "the two companies" too, and those that might be organisations."""

    title: list[Name]
    text: list[Name]
    headline: list[Name]                 # of the title, that might be
    maybe: list[Name]                    # of the text
    people: tuple[Person, ...]


def find_names(
    title: View, text: View, knowledge: Knowledge, language: str | None, publisher: str | None
) -> ArticleNames:
    """Everybody whom an article names. `publisher` says "we"."""
    known_title = knowledge.gazetteer.find(title)
    known_text = knowledge.gazetteer.find(text, _named(known_title))
    known_title = knowledge.gazetteer.find(title, _named(known_text))
    discovered = _discovered(text, known_text, knowledge, language)
    found = [*discovered.organisations, *discovered.maybe]
    shown: list[Name] = []               # names in the headline whose form shows an organisation
    if knowledge.latin.reads(language):
        in_title = _discovered(title, known_title, knowledge, language)
        shown, headline = in_title.organisations, [*in_title.organisations, *in_title.maybe]
    else:
        headline = knowledge.headlines.find(title, known_title, {name.organisations[0] for name in found})
    sure = agreed(headline, title, discovered)
    unknown = discovered.organisations + [name for name in discovered.maybe if name.organisations[0] in sure]
    forms = _forms(text, title, known_text + unknown, known_title, headline, knowledge)
    text_names = without_overlaps(
        known_text + unknown + occurrences(text, forms, True) + knowledge.references.find(text, publisher)
    )
    title_names = without_overlaps(
        known_title + shown + occurrences(title, forms, True) + knowledge.references.find(title, publisher)
    )
    described = knowledge.references.described(text, text_names, knowledge.organisations)
    text_names = without_overlaps([*text_names, *described])
    people = _people(title, title_names, text, text_names, knowledge, publisher)
    persons = {form for person in people for form in (person.name, person.name.split(" ")[-1])}
    headline = _others(headline, persons)
    maybe = _others(discovered.maybe, persons)
    maybe += occurrences(text, {name.organisations[0]: name for name in headline}, False)
    return ArticleNames(_others(title_names, persons), _others(text_names, persons), headline, maybe, people)


def _discovered(view: View, known: list[Name], knowledge: Knowledge, language: str | None) -> Discovered:
    found = knowledge.names.discover(view, known)
    if language is None or not knowledge.latin.reads(language):
        return found
    return knowledge.latin.judge(view, found, known, language, knowledge.gazetteer.resolve)


def _named(names: list[Name]) -> set[str]:
    """The organisations that a field names in so many words."""
    return {name.organisations[0] for name in names if name.kind == "name"}


def _forms(
    text: View, title: View, names: list[Name], known_title: list[Name], headline: list[Name], knowledge: Knowledge
) -> dict[str, Name]:
    """Other ways in which this text names an organisation: brackets, unknown names again, first words."""
    forms = introduced(text, names) | introduced(title, known_title + headline)
    for name in names:
        if name.known or name.kind != "name":
            continue
        full = name.organisations[0]
        forms.setdefault(full, name)
        first = full.split(" ")[0]
        if first != full and _SHORT_FORM.fullmatch(first) and knowledge.names.can_be_short(first) \
                and not knowledge.latin.is_head(first):
            forms.setdefault(first, name)
    return forms


def _people(title: View, title_names: list[Name], text: View, text_names: list[Name], knowledge: Knowledge,
            publisher: str | None) -> tuple[Person, ...]:
    """The people of both fields, each once, with the place that tells their organisation."""
    found: dict[str, Person] = {}
    for person in (*knowledge.people.find(title, title_names, publisher),
                   *knowledge.people.find(text, text_names, publisher)):
        if person.name not in found or found[person.name].organisation is None:
            found[person.name] = person
    return tuple(found.values())


def _others(names: list[Name], persons: Collection[str]) -> list[Name]:
    """The names without unknown ones that are a person's."""
    return [name for name in names if name.known or not name.organisations or name.organisations[0] not in persons]
