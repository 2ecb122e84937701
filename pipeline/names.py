"""Find organisations that no list names: by legal form, description, ticker, or the words around them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from pipeline.entities import Name
from pipeline.knowledge_files import Names
from pipeline.lexicon import Lexicon
from pipeline.views import EVENT_LIMIT, View, lower

READ = 8_000              # characters of a text in which unknown names are looked for
REMEMBERED = 20_000       # judgements on capitalised words that are kept
OPENING = 800             # and those that only might be names, in scripts without capitals

_L = "A-Za-z0-9À-ÖØ-öø-ɏ"
_CAPITAL = rf"[A-ZÀ-ÖØ-Þ](?:[{_L}+™®&-]|\.(?=[{_L}]))*"
_TOKEN = rf"(?:{_CAPITAL}|[a-z]{{1,4}}[A-Z][{_L}]+|[0-9]+[A-Za-z]*[A-Z][{_L}]*)"
_SEQUENCE = re.compile(rf"{_CAPITAL}(?: (?:& |of (?:the )?|for )?{_TOKEN})*")
_BEFORE_CAPITAL = re.compile(rf"(?<![{_L}@#$/.])[a-z0-9]{{1,6}}$")   # iApp, 0xGPU
_WORD = re.compile(rf"[{_L}][{_L}'-]*")
_CJK = re.compile("[\u3040-\u9fff가-힣]")
_STATE = r"\b(?:[A-Z][a-z]+(?:an|ish|ese|ch|li|di|ss|ek)|(?:South |North |Saudi |New )?[A-Z][a-z]+'s) "
_JOINING = frozenset({"of", "for"})
_NO_START = frozenset("@#$/.")


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a text gave away: names that its context shows to be organisations, and names that might be."""

    organisations: list[Name]
    maybe: list[Name]


class NameRules:
    """The word lists, ready to judge capitalised names."""

    def __init__(self, lists: Names) -> None:
        self.lists = lists
        self._never = {word.lower() for word in (*lists.never, *lists.places)}
        self._strip = {word.lower() for word in (*lists.strip, *lists.person_roles, *lists.honorifics)}
        self._around = self._strip | {"of", "for", "&", "the"}
        self._first_names = set(lists.first_names)
        self._verbs = {word.lower() for word in lists.headline_verbs}
        self._nouns = {word.lower().rstrip(".") for word in (*lists.organisation_nouns, *lists.legal_suffixes)}
        suffixes = "|".join(re.escape(suffix) for suffix in sorted(lists.legal_suffixes, key=len, reverse=True))
        self._legal_end = re.compile(rf"(?:,? (?:{suffixes})\.?)+$")
        self._heads = {word.lower() for word in lists.organisation_heads}
        describing, roles = "|".join(lists.describing_nouns), "|".join(lists.person_roles)
        described = rf",?\s(?:a|an|the|one\sof|part\sof|its)\s[^.;:()]{{0,110}}?\b(?:{describing})s?\b"
        self._after_organisation = re.compile(
            rf"(?:{described}|\s?\((?:NASDAQ|NYSE|OTC|KRX|TSE|TSX|LSE|CSE|ASX|Nasdaq)\b|'s\s(?:{roles})\b"
            r"|,?\s(?:today\s|has\s|also\s|proudly\s)*(?:announce[sd]?|unveil(?:s|ed)|is\s(?:proud|pleased|excited|thrilled))\b)")
        self._company_words = {
            "startup",
            "company",
            "firm",
            "maker",
            "developer",
            "provider",
            "group",
            "carmaker",
            "chipmaker",
        }
        self._roles = {word.lower() for word in lists.person_roles}
        self._before_people = (
            self._roles | {word.lower() for word in lists.honorifics} | {"by", "said", "says", "added"}
        )
        self._after_person = re.compile(
            rf",?\s(?:(?:the|a|an|its|chief|our)\s)?(?:[\w-]+\s){{0,3}}(?:{roles})\b|\s(?:said|says|added|explained|noted|told|commented)\b",
            re.IGNORECASE)
        self._after_product = re.compile(rf"\s(?:{'|'.join(lists.product_nouns)})s?\b|[™®]")
        self._short_never = self._never | {
            word.lower() for word in (*lists.organisation_nouns, *lists.organisation_heads)
        }
        self._sizes = {word.lower(): size for word, size in lists.both_companies.items()} | dict.fromkeys(
            lists.the_company, 1
        )
        self._speakers = Lexicon((word, self._sizes.get(word, 0)) for word in (*lists.first_person, *self._sizes))
        self._native = [re.compile(pattern) for pattern in lists.native_patterns]
        self._native_maybe = [re.compile(pattern) for pattern in lists.native_maybe]
        bodies = "|".join(map(re.escape, lists.public_bodies))
        self._public_body = re.compile(rf"({_STATE}(?:[a-z]+ ){{0,2}}(?:{bodies}))\b")
        self._place_first = re.compile(rf"({'|'.join(map(re.escape, lists.places))})(?: and |, )")
        # Most words of a language come back in every text.
        self._kept = lru_cache(REMEMBERED)(self._trimmed)

    def discover(self, view: View, known: list[Name]) -> Discovered:
        """The unknown names of a text in sentence case. A name is judged by all of its places together."""
        taken = _Taken(known)
        places: dict[str, list[tuple[int, int]]] = {}
        organisations: dict[str, None] = {}   # in order of place: the same text reads the same in every process
        rejected: set[str] = set()
        for start, end, text, by_form in self._sequences(view):
            if taken.overlaps(start, end) and not (by_form and taken.inside(start, end)):
                continue
            places.setdefault(text, []).append((start, end))
            if text in organisations:
                continue
            verdict = by_form or self._verdict(view, start, end, text)
            if verdict:
                organisations[text] = None
            elif verdict is False:
                rejected.add(text)
        native = self._public_names(view, taken)
        likely: list[Name] = []
        if _CJK.search(view.plain):
            native += self._by_pattern(view, taken, self._native, READ)
            if known or native:
                likely = self._by_pattern(view, taken, self._native_maybe, OPENING)
        sure = [Name(start, end, (self._canonical(text),), known=False)
                for text in organisations for start, end in places[text]]
        maybe = [Name(start, end, (text,), known=False)
                 for text, found in places.items() if text not in organisations and text not in rejected
                 for start, end in found]
        return Discovered(sure + native, maybe + likely)

    def speakers(self, view: View, publisher: str | None) -> list[Name]:
        """"We" and "the two companies", in the part of a text that is read for events."""
        found = []
        for place in self._speakers.find(view, EVENT_LIMIT):
            if size := place.values[0]:
                found.append(Name(place.start, place.end, (), "group", size=size))
            elif view.plain[place.start : place.end] != "US":
                found.append(Name(place.start, place.end, (publisher,) if publisher else (), "we"))
        return found

    def can_be_short(self, word: str) -> bool:
        """Whether the first word of a name can stand for the whole: `Norvane`, not `University`."""
        return (
            word.lower() not in self._short_never and word not in self._first_names and word.lower() not in self._strip
        )

    def headline(self, view: View, known: list[Name]) -> list[Name]:
        """The names that might be organisations in a headline: those before its verb and after `with`."""
        if view.plain.isupper() and not _CJK.search(view.plain):
            return []
        # "Estonia and OpenAI to …": beside an organisation, a state acts as one.
        place = self._place_first.match(view.plain)
        names: list[Name] = []
        if place and any(name.start == place.end() for name in known):
            names.append(Name(0, place.end(1), (place[1],), known=False))
        if not is_title_case(view.plain):
            found = self.discover(view, known)
            return names + found.organisations + found.maybe
        taken = _Taken(known + names)
        at_start, after_with = True, False
        run: list[re.Match[str]] = []
        for match in (*_WORD.finditer(view.plain), None):
            word = match[0] if match else ""
            low = word.lower().removesuffix("'s")
            gap = view.plain[run[-1].end() : match.start()] if run and match else ""
            ends = (
                match is None
                or low in self._verbs
                or low in self._strip
                or word[:1].islower()
                or gap.strip() not in {"", "&"}
                or taken.overlaps(match.start(), match.end())
            )
            if ends and run:
                if at_start or after_with:
                    self._add_headline_name(view, run, names)
                run, after_with = [], after_with and gap.strip() == ","
            if match is None or low in self._verbs:
                at_start = False
            elif low in {"with", "between"}:
                after_with = True
            elif low == "and":
                pass
            elif not ends or (
                gap.strip() and low not in self._strip and not taken.overlaps(match.start(), match.end())
            ):
                run.append(match)
            elif word[:1].islower():
                after_with = False
        return names

    def _add_headline_name(self, view: View, run: list[re.Match[str]], found: list[Name]) -> None:
        start, end = run[0].start(), run[-1].end()
        if view.plain[start:end].endswith("'s"):
            end -= 2
        text = view.plain[start:end]
        if len(run) <= 4 and len(text) > 1 and text.lower() not in self._never and not self._all_never(text):
            found.append(Name(start, end, (text,), known=False))

    def _sequences(self, view: View) -> Iterable[tuple[int, int, str, bool]]:
        """Capitalised names without the capitalised words around them that belong to no name.

        Each with its place, and whether its own form shows an organisation.
        """
        text = view.plain
        for match in _SEQUENCE.finditer(text, 0, READ):
            kept = self._kept(match[0])
            if kept is None:
                continue
            start = match.start()
            before = text[start - 1] if start else " "
            if before in _NO_START or before.isalnum():
                lower_case = _BEFORE_CAPITAL.search(text, max(0, start - 8), start)
                kept = self._kept(text[lower_case.start() : match.end()]) if lower_case else None
                if lower_case is None or kept is None:
                    continue
                start = lower_case.start()
            yield start + kept[0], start + kept[1], kept[2], kept[3]

    def _trimmed(self, text: str) -> tuple[int, int, str, bool] | None:
        """The part of a capitalised sequence that can be a name, and whether its form shows an organisation."""
        start, end, folded = 0, len(text), lower(text)
        words = folded.split(" ")
        if len(words) == 1:
            named = end > 1 and folded not in self._around and folded not in self._never
            return (0, end, text, False) if named else None
        while words and words[0] in self._around:
            start += len(words.pop(0)) + 1
        while words and words[-1] in self._around:
            end -= len(words.pop()) + 1
        # "Robots of Tarvela" are two names, "University of Tarvela" is one.
        while cut := next(
            (place for place, word in enumerate(words) if word in _JOINING and words[place - 1] not in self._heads), 0
        ):
            cut += 2 if words[cut + 1 : cut + 2] == ["the"] else 1
            start += sum(len(word) + 1 for word in words[:cut])
            words = words[cut:]
        named = bool(words) and end - start > 1 and len(words) <= 7 and " ".join(words) not in self._never \
            and not all(word in self._never or word in self._strip for word in words)
        return (start, end, text[start:end], self._has_form(text[start:end])) if named else None

    def _all_never(self, text: str) -> bool:
        return all(word in self._never or word in self._strip for word in text.lower().split())

    def _has_form(self, text: str) -> bool:
        words = text.lower().split()
        if len(words) < 2:
            return False
        return words[-1].rstrip(".") in self._nouns or words[0] in self._heads or \
            any(word in self._heads and words[place + 1] in _JOINING for place, word in enumerate(words[:-1]))

    def _verdict(self, view: View, start: int, end: int, text: str) -> bool | None:
        """True for an organisation, False for a person or product, None where the context says nothing."""
        words = text.split()
        before = view.folded[max(0, start - 40) : start].rsplit(None, 2)[-2:]
        last = before[-1].rstrip(".") if before else ""
        if words[0] in self._first_names and 2 <= len(words) <= 3:
            return False
        if last in self._before_people or (2 <= len(words) <= 3 and self._after_person.match(view.plain, end)):
            return False
        if last in self._company_words or (last in {"of", "at", "for"} and before[0] in self._roles):
            return True
        if self._after_organisation.match(view.plain, end):
            return True
        return False if self._after_product.match(view.plain, end) else None

    def _canonical(self, text: str) -> str:
        """The name without its legal form."""
        return self._legal_end.sub("", text) or text

    def _public_names(self, view: View, taken: _Taken) -> list[Name]:
        """Public bodies without capitals: `the German research ministry`."""
        found: list[Name] = []
        for noun in self.lists.public_bodies:
            place = view.plain.find(noun, 0, READ)
            while place >= 0:
                end = place + len(noun)
                match = self._public_body.search(view.plain, max(0, place - 45), end)
                if match and match.end() == end and not taken.overlaps(match.start(1), end):
                    found.append(Name(match.start(1), end, (match[1],), known=False))
                place = view.plain.find(noun, end, READ)
        return found

    def _by_pattern(self, view: View, taken: _Taken, patterns: Iterable[re.Pattern[str]], limit: int) -> list[Name]:
        """Names that their own form or place gives away, in the first `limit` characters."""
        return [
            Name(match.start(1), match.end(1), (match[1],), known=False)
            for pattern in patterns for match in pattern.finditer(view.plain, 0, limit)
            if not taken.overlaps(match.start(1), match.end(1)) and match[1] not in self._never
        ]


def is_title_case(title: str) -> bool:
    """Whether a headline writes most of its words with capitals, so that capitals say nothing."""
    words = [word for word in re.findall(r"[A-Za-z][A-Za-z'-]+", title) if len(word) > 3]
    return len(words) >= 4 and sum(word[0].isupper() for word in words) >= 0.7 * len(words)


class _Taken:
    """The places that known names hold."""

    def __init__(self, names: list[Name]) -> None:
        self._places = sorted((name.start, name.end) for name in names)
        self._reach = list(accumulate((end for _, end in self._places), max))

    def overlaps(self, start: int, end: int) -> bool:
        number = bisect_left(self._places, (end, 0)) - 1
        return number >= 0 and self._reach[number] > start

    def inside(self, start: int, end: int) -> bool:
        """Whether a longer name swallows the known one whole: `Samsung Medical Center`."""
        return all(start <= one[0] and one[1] <= end for one in self._places if one[0] < end and start < one[1])
