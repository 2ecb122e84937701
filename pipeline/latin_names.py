"""Unknown organisations in German, French, Spanish and their like, where capitals and small words mean other things."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.entities import Name
from pipeline.expressions import any_of
from pipeline.knowledge_files import LatinNames
from pipeline.names import READ, Discovered, Taken
from pipeline.views import View, lower

_ARTICLE = r"(?:(?:die|der|das|dem|la|le|les|el|los|las|il|o|a|os) |l')?"
_SEPARATOR = rf"(?:,? (?:und|sowie|et|y|e|&|avec|ed|\+|x) {_ARTICLE}|, {_ARTICLE}|/)"
_LIST_BEFORE, _LIST_AFTER = re.compile(_SEPARATOR + "$"), re.compile(_SEPARATOR)
_JOINED = rf" (?:und|et|y|e) {_ARTICLE}"
_JOINED_BEFORE, _JOINED_AFTER = re.compile(_JOINED + "$"), re.compile(_JOINED)
_MADE_UP = re.compile(r"[a-zà-ÿ0-9][A-Z]|^[A-Z][A-Z0-9&.]+$|[A-Za-z][0-9]|^[A-Z]{2,}-[A-Z]")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n»“\"•|–-]\s*)[\"'«„“]?\s?$")
# "s'allie à Tarvela", "ouvre ses archives à Tarvela": no place.
_ALLIES_TO = re.compile(r"(?:lli|soci|uni|join|confi|ouvr|archiv|conten|articl|licenc)\w* (?:à|a) $")
_GENITIVE = re.compile(r"([A-ZÄÖÜ][\w-]+[^\Wszxß_])s(?= |$)")     # "Infineons Chips"
# "Tarvela kooperiert …", "Tarvela, Konkurrent von X, kooperiert …"
_VERB_FOLLOWS = re.compile(r" (?!(?:und|et|y|e)\b)[a-zäöüà-ÿ'’]{2,}|, (?:eine?|[A-ZÄÖÜ][a-zäöüß]+ (?:von|des|der)) ")


@dataclass(frozen=True, slots=True)
class _Language:
    patterns: tuple[re.Pattern[str], ...]
    openers: frozenset[str]
    common: re.Pattern[str]
    alone: re.Pattern[str]
    place_before: re.Pattern[str]
    kind_before: re.Pattern[str]
    kind_word: re.Pattern[str]
    states: re.Pattern[str]
    nouns_have_capitals: bool


class LatinNameRules:
    """The word lists of each language, ready to judge names that were found by their capitals."""

    def __init__(self, lists: Mapping[str, LatinNames]) -> None:
        self._languages = {
            language: _Language(
                tuple(map(re.compile, entry.patterns)),
                frozenset(entry.openers),
                re.compile(any_of(entry.common)),
                re.compile(any_of(entry.alone)),
                re.compile(rf"(?:^|\s)(?:{any_of(entry.places)}) $"),
                re.compile(rf"(?:{any_of(entry.kinds)}) (?:[«„\"] ?)?$"),
                re.compile(rf"[\w-]*(?:{any_of(entry.kinds)})s?" if language == "de" else "(?!)"),
                re.compile(rf"\b({'|'.join(map(re.escape, entry.states)) or '(?!)'})(?![\w-])"),
                language == "de",
            )
            for language, entry in lists.items()
        }

        self._heads = {word.lower() for entry in lists.values() for word in entry.heads}

    def is_head(self, word: str) -> bool:
        """Whether a word says what an organisation is, so that it cannot stand for one: `Technische`, `Université`."""
        return lower(word) in self._heads

    def reads(self, language: str | None) -> bool:
        """Whether the names of a language are judged here."""
        return language in self._languages

    def judge(self, view: View, found: Discovered, known: list[Name], language: str,
              resolve: Callable[[str], set[str]]) -> Discovered:
        """The names of a text that its language lets be names, those added whose form shows an organisation.

        `resolve` gives the organisations that a name can mean: a word that is ambiguous in English (Continental,
        Orange) names the firm in a language in which it is no word.
        """
        rules = self._languages[language]
        formed = self._formed(view, rules, Taken(known))
        taken = Taken(formed)
        sure = [self._cut(view, one, rules) for one in found.organisations]
        maybe = [self._cut(view, one, rules) for one in found.maybe]
        sure = [one for one in sure if one and not taken.overlaps(one.start, one.end) and self._is_marked(one, rules)]
        maybe = [one for one in maybe if one and not taken.overlaps(one.start, one.end)]
        named = [*known, *formed, *(one for one in sure if one)]
        meant = [self._meant(view, one, rules, resolve) for one in maybe if one]
        named += [one for one in meant if one.known]
        kept, promoted = self._weighed(view, [one for one in meant if not one.known], named, rules)
        kept += self._states(view, named, rules)
        return Discovered([*named[len(known):], *promoted], kept)

    def _meant(self, view: View, one: Name, rules: _Language, resolve: Callable[[str], set[str]]) -> Name:
        """A name as the one organisation that is called so; as it is where several are, or none."""
        whole, text = one, one.organisations[0]
        meant = resolve(text)
        if not meant and rules.nouns_have_capitals and (found := _GENITIVE.match(text)):
            text = found[1]                # what follows is what it owns
            meant, one = resolve(text), one._replace(end=one.start + found.end())
            if len(meant) != 1:
                return whole
        if len(meant) != 1 or self._common_word(text, rules) or (
                not rules.nouns_have_capitals and view.field == "text" and one.start and self._opens(view, one.start)):
            return whole
        return one._replace(organisations=(next(iter(meant)),), known=True)

    def _states(self, view: View, named: list[Name], rules: _Language) -> list[Name]:
        """States that act: joined with an organisation or with another state."""
        if view.field != "title":
            return []
        found = [Name(match.start(1), match.end(1), (view.plain[match.start(1) : match.end(1)],), known=False)
                 for match in rules.states.finditer(view.folded)]
        others = [*named, *found]
        starts, ends = {one.start for one in others}, {one.end for one in others}
        taken = Taken(named)
        return [one for one in found if not taken.overlaps(one.start, one.end)
                and (_JOINED_BEFORE.search(view.folded, max(0, one.start - 12), one.start)
                     or _JOINED_AFTER.match(view.folded, one.end)) and self._listed(view, one, starts, ends)]

    @staticmethod
    def _formed(view: View, rules: _Language, taken: Taken) -> list[Name]:
        """Names that show by their own words what they are: universities, ministries, firms with a legal form."""
        names: list[Name] = []
        for pattern in rules.patterns:
            for match in pattern.finditer(view.plain, 0, READ):
                text = match[1].rstrip()
                start = match.start(1)
                while " " in text and lower(text.split(" ", 1)[0]) in rules.openers:
                    cut = text.index(" ") + 1
                    start, text = start + cut, text[cut:]
                end = max(start + len(text), match.end())
                free = taken.inside(start, end) or not taken.overlaps(start, end)
                if free and not rules.common.fullmatch(lower(text)):
                    names.append(Name(start, end, (text,), known=False))
        return names

    def _cut(self, view: View, one: Name, rules: _Language) -> Name | None:
        """A name without the small words before it; None where nothing is left that could name anybody."""
        text, start = one.organisations[0], one.start
        # In the middle of a sentence an article with a capital belongs to the name: "le groupe Le Monde".
        while ((first := lower(text.split(" ", 1)[0])) in rules.openers and (
            " " not in text or self._opens(view, one.start)
        )) or (" " in text and rules.kind_word.fullmatch(first)):
            if " " not in text:
                return None
            cut = text.index(" ") + 1
            start, text = start + cut, text[cut:]
        if rules.common.fullmatch(lower(text)) or rules.alone.fullmatch(lower(text)):
            return None
        return one._replace(start=start, organisations=(text,))

    @staticmethod
    def _is_marked(one: Name, rules: _Language) -> bool:
        """Whether a name that English words showed to be one holds in a language whose nouns have capitals."""
        words = one.organisations[0].split(" ")
        return not rules.nouns_have_capitals or not any(rules.common.fullmatch(lower(word)) for word in words)

    def _weighed(self, view: View, maybe: list[Name], named: list[Name],
                 rules: _Language) -> tuple[list[Name], list[Name]]:
        """Names that might be organisations, and those of them that their place shows to be some."""
        inside = Counter(one.organisations[0] for one in maybe if not self._opens(view, one.start))
        starts, ends = {one.start for one in named}, {one.end for one in named}
        kept, promoted = [], []
        for one in maybe:
            text = one.organisations[0]
            before = view.plain[max(0, one.start - 24) : one.start]
            if rules.kind_before.search(lower(before)) and not self._common_word(text, rules):
                promoted.append(one)
            elif self._stands(view, one, before, inside[text], (starts, ends), rules):
                kept.append(one)
                starts.add(one.start)
                ends.add(one.end)
        return kept, promoted

    def _stands(self, view: View, one: Name, before: str, inside: int, places: tuple[set[int], set[int]],
                rules: _Language) -> bool:
        text = one.organisations[0]
        listed = self._listed(view, one, *places)
        if _MADE_UP.search(text.split(" ")[0]):
            return True
        if rules.place_before.search(lower(before)) and not listed and not _ALLIES_TO.search(before):
            return False
        opens = self._opens(view, one.start)
        if rules.nouns_have_capitals:
            if self._common_word(text, rules):
                return False
            subject = opens and (not one.start or view.field == "title") and _VERB_FOLLOWS.match(view.plain, one.end)
            return listed or " " in text or bool(subject) or before.endswith(" mit ")
        return listed or not opens or bool(inside) or view.field == "title" or not one.start

    @staticmethod
    def _common_word(text: str, rules: _Language) -> bool:
        return rules.nouns_have_capitals and any(
            rules.common.fullmatch(lower(word)) or lower(word) in rules.openers for word in text.split(" "))

    @staticmethod
    def _listed(view: View, one: Name, starts: set[int], ends: set[int]) -> bool:
        """Whether a name stands in a list with one that is known."""
        before = _LIST_BEFORE.search(view.folded, max(0, one.start - 12), one.start)
        after = _LIST_AFTER.match(view.folded, one.end)
        return bool((before and before.start() in ends) or (after and after.end() in starts))

    @staticmethod
    def _opens(view: View, start: int) -> bool:
        """Whether a sentence begins there."""
        return bool(_SENTENCE_START.search(view.plain, max(0, start - 4), start))
