"""Find organisations that no list names: by legal form, description, ticker, or the words around them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from pipeline.capitals import Capitals, Cutter
from pipeline.entities import Name
from pipeline.expressions import any_of
from pipeline.knowledge_files import Names
from pipeline.native import NativeNames, is_native
from pipeline.views import View, lower

READ = 8_000              # characters of a text in which unknown names are looked for
_STATE = r"\b(?:[A-Z][a-z]+(?:an|ish|ese|ch|li|di|ss|ek)|(?:South |North |Saudi |New )?[A-Z][a-z]+'s) "
_MADE_UP = re.compile(r"[a-z][A-Z]|[0-9]|\.|^[A-Z]{2,}$")    # MoonPay, Zoom2u, GAIMIN: no word of the language
_BESIDE = re.compile(r"(?:\b(?:and|with|between)|,|&) $")
# `Tarvela ("the Company")`, `Tarvela Robotics ("Tarvela")`
_PRESENTED = r"\s?\((?:the\s|or\s|hereafter\s|hereinafter\s)?[\"'][A-Z]"


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a text gave away: names that its context shows to be organisations, and names that might be."""

    organisations: list[Name]
    maybe: list[Name]


class NameRules:
    """The word lists, ready to judge capitalised names."""

    def __init__(self, lists: Names) -> None:
        self.lists = lists
        self.cutter = Cutter(lists)
        self.native = NativeNames(lists)
        self._first_names = set(lists.first_names)
        self._known_people = set(lists.known_people)
        self._common = {word.lower() for word in (*lists.common_words, *lists.soft_strip)}
        self._departments = {word.lower() for word in lists.departments}
        suffixes = any_of(re.escape(suffix) for suffix in sorted(lists.legal_suffixes, key=len, reverse=True))
        self._legal_end = re.compile(rf"(?:,? (?:{suffixes})\.?)+$")
        self._legal_after = re.compile(rf",\s(?:{suffixes})(?![\w&-])\.?")
        describing, roles = (any_of(map(re.escape, words)) for words in (lists.describing_nouns, lists.person_roles))
        people = any_of(re.escape(role) for role in lists.person_roles if role.lower() != "partner")
        described = rf",?\s(?:a|an|the|one\sof|part\sof|its)\s[^.;:()]{{0,110}}?\b(?:{describing})s?\b"
        self._after_organisation = re.compile(
            rf"(?:{described}|\s?\((?:NASDAQ|NYSE|OTC|KRX|TSE|TSX|LSE|CSE|ASX|Nasdaq|Nasdaq\w+|HKEX|TASE|SIX|AIM)\b"
            rf"|'s\s(?:{roles}|shares|headquarters|board|shareholders|investors|subsidiary|parent)\b|{_PRESENTED}"
            r"|,?\s(?:today\s|has\s|also\s|proudly\s|recently\s|officially\s)*"
            r"(?:announce[sd]?|unveil(?:s|ed)|is\s(?:proud|pleased|excited|thrilled|delighted)|partner(?:s|ed)\swith"
            r"|team(?:s|ed)\sup|join(?:s|ed)\sforces|said\s(?:it|its|in\sa\sstatement)\b|raised\s[$€£]))")
        self._company_words = {noun.split(" ")[-1] for noun in lists.describing_nouns} - {
            "arm", "unit", "platform", "network", "leader", "label"} | {"group"}
        self._roles = {word.lower() for word in lists.person_roles}
        self._before_people = self._roles | {word.lower() for word in lists.honorifics} | {
            "by", "said", "says", "added"}
        self._after_person = re.compile(
            rf",?\s(?:(?:the|a|an|its|chief|our)\s)?(?:[\w-]+\s){{0,3}}(?:{people})\b|\s(?:said|says|added|explained|noted|told|commented)\b",
            re.IGNORECASE)
        self._after_product = re.compile(rf"\s(?:{any_of(map(re.escape, lists.product_nouns))})s?\b|[™®]")
        self._short_never = self.cutter.never | self.cutter.strip | self._common | {
            word.lower() for word in (*lists.organisation_nouns, *lists.organisation_heads)
        }
        bodies = any_of(map(re.escape, lists.public_bodies))
        self._public_body = re.compile(rf"({_STATE}(?:[A-Za-z]+ ){{0,2}}(?:{bodies}))\b")
        self._of_state = re.compile(rf"\b((?:{bodies}) of (?:the )?[A-Z]\w+(?: [A-Z]\w+)?)")

    def discover(self, view: View, known: list[Name]) -> Discovered:
        """The unknown names of a text in sentence case. A name is judged by all of its places together."""
        taken = Taken(known)
        places: dict[str, list[Capitals]] = {}
        organisations: dict[str, None] = {}   # in order of place: the same text reads the same in every process
        rejected: set[str] = set()
        for one in self.cutter.sequences(view, READ):
            if taken.overlaps(one.start, one.end) and not (one.shown and taken.inside(one.start, one.end)):
                continue
            places.setdefault(one.text, []).append(one)
            if one.text in organisations:
                continue
            verdict = self._verdict(view, one) if one.shown is None else one.shown
            if verdict:
                organisations[one.text] = None
            elif verdict is False:
                rejected.add(one.text)
        rejected -= organisations.keys()
        people = {part for text in rejected if " " in text for part in text.split(" ")}
        native, likely = self.native.find(view, taken, READ, bool(known))
        sure = [self._name(view, one, self._canonical(text)) for text in organisations for one in places[text]]
        terms = is_native(view.plain)
        maybe = [self._name(view, one, text) for text, found in places.items()
                 if text not in organisations and text not in rejected and text not in people
                 and self._may_name(text, found) for one in found
                 if not (terms and self.native.is_term(view, one.start, one.end))]
        return Discovered(sure + self._public_names(view, taken) + native, maybe + likely)

    def can_be_short(self, word: str) -> bool:
        """Whether the first word of a name can stand for the whole: `Norvane`, not `University`."""
        return lower(word) not in self._short_never and word not in self._first_names

    def is_person(self, text: str) -> bool:
        """Whether a name is known as a person's, or begins with a first name and has no form of an organisation."""
        words = text.split(" ")
        return text in self._known_people or (
            2 <= len(words) <= 3 and words[0] in self._first_names and not self.cutter.has_form(text))

    def _may_name(self, text: str, found: list[Capitals]) -> bool:
        """Whether a name without further evidence is more than a word at the beginning of a sentence."""
        if " " in text:
            return not all(lower(word) in self._common for word in text.split(" ")) or \
                any(not one.opening for one in found)
        return lower(text) not in self._common or sum(not one.opening for one in found) > 1

    def _name(self, view: View, one: Capitals, organisation: str) -> Name:
        legal = self._legal_after.match(view.plain, one.end)
        return Name(one.start, legal.end() if legal else one.end, (organisation,), known=False)

    def _verdict(self, view: View, one: Capitals) -> bool | None:
        """True for an organisation, False for a person or product, None where the context says nothing."""
        words = one.text.split()
        before = view.folded[max(0, one.start - 40) : one.start].rsplit(None, 2)[-2:]
        last = before[-1].rstrip(".") if before else ""
        if self._legal_after.match(view.plain, one.end):
            return True
        if words[0] in self._first_names and 2 <= len(words) <= 3:
            return False
        presents = self._after_organisation.match(view.plain, one.end)
        if last in self._before_people or (
            2 <= len(words) <= 3 and (person := self._after_person.match(view.plain, one.end))
            and (not presents or person[0].startswith(","))
        ):
            return False
        if before and before[-1] in self._company_words and view.plain[one.start - 1] == " ":
            return True
        if last in {"of", "at", "for"} and before[0] in self._roles:
            return None if lower(one.text) in self._departments else True
        if presents and not (len(words) == 1 and lower(one.text) in self._common):
            return True
        return False if self._after_product.match(view.plain, one.end) else None

    def _canonical(self, text: str) -> str:
        """The name without its legal form."""
        return self._legal_end.sub("", text) or text

    def _public_names(self, view: View, taken: Taken) -> list[Name]:
        """Public bodies without capitals: `the German research ministry`, `the government of Estonia`."""
        found: list[Name] = []
        for noun in self.lists.public_bodies:
            place = view.plain.find(noun, 0, READ)
            while place >= 0:
                end = place + len(noun)
                match = self._public_body.search(view.plain, max(0, place - 45), end)
                if not match or match.end() != end:
                    match = self._of_state.match(view.plain, place)
                if match and not taken.overlaps(*match.span(1)):
                    found.append(Name(*match.span(1), (match[1],), known=False))
                place = view.plain.find(noun, end, READ)
        return found


class Taken:
    """The places that known names hold."""

    def __init__(self, names: list[Name]) -> None:
        self._places = sorted((name.start, name.end) for name in names)
        self._starts = [start for start, _ in self._places]
        self._reach = list(accumulate((end for _, end in self._places), max))

    def overlaps(self, start: int, end: int) -> bool:
        """Whether a known name holds a part of the place."""
        number = bisect_left(self._starts, end) - 1
        return number >= 0 and self._reach[number] > start

    def inside(self, start: int, end: int) -> bool:
        """Whether a longer name swallows the known ones whole: `Samsung Medical Center`."""
        number = bisect_left(self._starts, end)
        while number > 0 and self._reach[number - 1] > start:
            number -= 1
            one = self._places[number]
            if one[1] > start and not (start <= one[0] and one[1] <= end):
                return False
        return True


def agreed(headline: Iterable[Name], title: View, found: Discovered) -> set[str]:
    """The headline's names at its start or in a list that the text writes more than once within its sentences, too."""
    counts = Counter(name.organisations[0] for name in found.maybe)
    return {
        name.organisations[0] for name in headline
        if counts[name.organisations[0]] > 1
        and (not name.start or _BESIDE.search(title.plain, max(0, name.start - 9), name.start))
    }
