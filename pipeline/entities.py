"""Find the organisations that the knowledge names: by alias, ticker, product, or short forms that a text introduces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from pipeline.knowledge_files import Guard, Names, Organisation
from pipeline.lexicon import Lexicon
from pipeline.views import View, at_word_boundary, lower, plain

Kind = Literal["name", "product", "we", "group", "unnamed"]

_NEAR = 200               # characters on each side in which a guard looks for its words
_NOT_NEAR = 40
_MAKER = 30               # characters before a product in which "the creator of" stands
_MOST_OCCURRENCES = 2_000
_HANGUL = re.compile("[가-힣]")
# What may follow a short Korean name: a particle, or a word that belongs to names of firms.
_AFTER_HANGUL = re.compile("(?:은|는|이|가|을|를|와|과|의|도|에|로|으로|만|측|및|그룹|전자|코리아|랑|하고|[^가-힣]|$)")
# What joins the names of a list, or stands between two names that act together in a script without capitals.
_LIST = (r"(?:,? (?:and|&|und|et|y|e) |, |·|・|、|×|\+|-|[与與和跟及同](?![一-龥]{6})|と|/"
         r"|[와과랑] (?:손잡고 )?| 손잡은 "
         r"|(?:再度|正式|宣布|宣佈|拟|擬|将|將|或|也|已)?(?:[携攜联聯牵牽]手|联合|聯合|结盟|結盟|拉上|选择|选了|入股|[携攜夥与與]))")
_LIST_BEFORE, _LIST_AFTER = re.compile(_LIST + "$"), re.compile(_LIST)
_TICKER = re.compile(
    r"\((?:NASDAQ|NYSE|Nasdaq|KRX|KOSPI|KOSDAQ|TSE|TYO|HKEX|LSE|FWB|OTC[A-Z]*|TWSE|SSE|SZSE)\s*:\s*([A-Z0-9.]{1,8})\)"
)
_DOLLAR_TICKER = re.compile(r"\$([A-Z]{2,5})(?![\w.])")    # "$GOOGL"; a pattern for both would be slow
# "Mit der Deutschen Telekom": the adjective that a German name begins with takes the ending of its case.
_ADJECTIVE = re.compile(r"([A-ZÄÖÜ][a-zäöüß]*(?:tsch|isch|Frei))(e[rs]?) (?=[A-ZÄÖÜ])")
_ENDINGS = {"e": ("en", "er"), "es": ("e", "en", "em"), "er": ("e", "en", "em")}
_INTRODUCED = re.compile(r"""\s?\(\s?(?:"|'|the ")?([A-Z][\w&+.]{1,11}(?: [A-Z]\w+)?|[A-Z][a-z]\w+)"?'?\)""")
# "(이하 X)", "(以下、X)", "(以下简称X)": these say that X is short, so it need not look like the name.
_CALLED = re.compile(
    r"""\s?\((?:[^()\n]{1,30}?[,、] ?)?(?:이하|以下(?:简称|簡稱|「)?|下称|下稱)[、:]? ?"""
    r"""["'「“]?([^()"'」”\n]{1,20}?)["'」”]?\)""")


class Name(NamedTuple):
    """A name at a place of a view, and the organisation, or organisations, it stands for.

    A `group` is "the two companies"; "we" may have no organisation where the text does not say who speaks, and
    `unnamed` ("seven banks") has none.
    """

    start: int
    end: int
    organisations: tuple[str, ...]
    kind: Kind = "name"
    known: bool = True
    size: int = 1                        # of a group


@dataclass(frozen=True, slots=True)
class _Alias:
    text: str
    organisation: str
    kind: Kind
    guard: Guard | None


class Gazetteer:
    """Every alias of every organisation, found in one pass."""

    def __init__(self, organisations: Mapping[str, Organisation], names: Names) -> None:
        self.canonical = organisations
        self._tickers = {ticker: name for name, entry in organisations.items() for ticker in entry.tickers}
        entries = [alias for name, entry in organisations.items() for alias in _aliases(name, entry)]
        self._lexicon = Lexicon(((alias.text, alias) for alias in entries), names=True)
        self.by_alias: dict[str, set[str]] = {}
        self._predecessors: dict[str, list[str]] = {}
        for name, entry in organisations.items():
            if entry.successor:
                self._predecessors.setdefault(entry.successor, []).append(name)
        for alias in entries:
            if alias.kind == "name":
                self.by_alias.setdefault(lower(plain(alias.text)), set()).add(alias.organisation)
        suffixes = "|".join(re.escape(suffix) for suffix in sorted(names.legal_suffixes, key=len, reverse=True))
        self._maker = re.compile(rf"(?<!\w)(?:{'|'.join(names.product_makers or ['(?!)'])}) $")
        self._legal = re.compile(rf",?\s(?:{suffixes})\.?(?![\w])")

    def find(self, view: View, named: Collection[str] = ()) -> list[Name]:
        """The known organisations of a view, from left to right.

        An ambiguous alias whose words do not stand near still counts where its organisation is among `named`, is
        named otherwise in the view, or stands beside another organisation: `Pegatron and Sharp`.
        """
        found: list[Name] = []
        doubtful: list[Name] = []
        for place in self._lexicon.find(view):
            fits = [(alias, self._fits(alias, view, place.start, place.end)) for alias in place.values]
            alias, fit = next((one for one in fits if one[1]), next((one for one in fits if one[1] is None), fits[0]))
            if fit is not False:
                legal = self._legal.match(view.plain, place.end)
                end = legal.end() if legal and alias.kind == "name" else place.end
                name = Name(place.start, end, (alias.organisation,), alias.kind)
                if alias.kind == "product" and (
                        maker := self._maker.search(view.folded, max(0, place.start - _MAKER), place.start)):
                    name = name._replace(start=maker.start(), kind="name")
                (found if fit else doubtful).append(name)
        found += [Name(*match.span(1), (self._tickers[match[1]],))
                  for pattern in (_TICKER, _DOLLAR_TICKER) for match in pattern.finditer(view.plain)
                  if match[1] in self._tickers]
        return sorted(found + _cleared(doubtful, found, view, named)) if doubtful else found

    def resolve(self, name: str) -> set[str]:
        """The canonical names that a user's word can mean: `samsung`, `SKT`, `네이버`."""
        return self.by_alias.get(lower(plain(name.strip())), set())

    def wanted(self, name: str) -> set[str]:
        """The canonical names that a query for a name asks for: also what these organisations were before."""
        found = self.resolve(name)
        return found.union(*(self._predecessors.get(organisation, ()) for organisation in found))

    def publisher_of(self, url: str) -> str | None:
        """The organisation whose own site an address belongs to, by its domain: `blog.openai.com` is OpenAI's."""
        host = (urlsplit(url).hostname or "").removeprefix("www.").split(".")
        label = host[-2] if len(host) > 1 else ""
        if label in {"co", "com", "or", "go", "ac"} and len(host) > 2:
            label = host[-3]
        found = self.by_alias.get(label, set()) if len(label) > 2 else set()
        return next(iter(found)) if len(found) == 1 else None

    @staticmethod
    def _fits(alias: _Alias, view: View, start: int, end: int) -> bool | None:
        """Whether a place is the alias; None where only the words that should stand near are missing."""
        written = view.plain[start:end]
        if not _case_fits(alias.text, written) or not _hangul_fits(view.plain, start, end):
            return False
        if view.plain[end : end + 1] == "." and view.plain[end + 1 : end + 4].lower() in {
            "com",
            "net",
            "org",
            "ai",
            "io",
        }:
            return False
        guard = alias.guard
        if guard is None:
            return True
        if guard.not_near and _any_of(guard.not_near).search(
                view.folded, max(0, start - _NOT_NEAR), end + _NOT_NEAR):
            return False
        near = not guard.near or _any_of(guard.near).search(view.folded, max(0, start - _NEAR), end + _NEAR)
        return True if near else None


def _aliases(name: str, entry: Organisation) -> Iterator[_Alias]:
    for text in entry.names(name):
        yield _Alias(text, name, "name", entry.guards.get(text))
        if found := _ADJECTIVE.match(text):
            for ending in _ENDINGS[found[2]]:
                yield _Alias(f"{found[1]}{ending} {text[found.end():]}", name, "name", entry.guards.get(text))
    for text in entry.products:
        yield _Alias(text, name, "product", entry.guards.get(text))


def _cleared(doubtful: list[Name], found: list[Name], view: View, named: Collection[str]) -> list[Name]:
    """The ambiguous names that other names of the text speak for."""
    sure = {organisation for name in found if name.kind == "name" for organisation in name.organisations}
    sure.update(named)
    starts = {name.start for name in found if name.kind == "name"}
    ends = {name.end for name in found if name.kind == "name"}
    cleared = []
    for name in doubtful:
        before = _LIST_BEFORE.search(view.plain, max(0, name.start - 8), name.start)
        after = _LIST_AFTER.match(view.plain, name.end)
        if name.organisations[0] in sure or (name.kind == "name" and (
                (before and before.start() in ends) or (after and after.end() in starts))):
            cleared.append(name)
    return cleared


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for the beginning of any of the words; made when a guard is first asked."""
    return re.compile("|".join(rf"(?<![a-z0-9]){re.escape(lower(plain(word)))}" for word in words))


def _case_fits(alias: str, written: str) -> bool:
    """A name begins with a capital; a short one is written as it is known, or all in capitals."""
    if alias == written:
        return True
    first = written[0]
    if first.islower() and first.isascii():
        return False
    if len(alias) <= 4:
        return written.isupper() and not alias.isupper()
    return True


def _hangul_fits(text: str, start: int, end: int) -> bool:
    """A short Korean name must not be a piece of a longer word."""
    if end - start > 3 or not _HANGUL.match(text, start):
        return True
    if start and _HANGUL.match(text, start - 1):
        return False
    return end - start > 2 or bool(_AFTER_HANGUL.match(text, end))


def introduced(view: View, names: list[Name]) -> dict[str, Name]:
    """Short forms that the text introduces for a name: `SK Telecom (SKT)`, `Norvane Robotics ("Norvane")`."""
    forms: dict[str, Name] = {}
    for name in names:
        if view.plain[name.end : name.end + 1] not in {" ", "("} or name.kind != "name":
            continue
        if called := _CALLED.match(view.plain, name.end):
            forms.setdefault(called[1], name)
        match = _INTRODUCED.match(view.plain, name.end)
        if match and _abbreviates(match[1], view.plain[name.start : name.end]):
            forms.setdefault(match[1], name)
    return forms


def _abbreviates(short: str, long: str) -> bool:
    """Whether a bracketed word is a short form of the name before it, not a ticker or a remark."""
    letters = [letter for letter in short.lower() if letter.isalnum()]
    if long.lower().startswith(short.lower()) and len(short) < len(long):
        return True
    place = 0
    for letter in long.lower():
        if place < len(letters) and letter == letters[place]:
            place += 1
    return place == len(letters) and short[0].lower() == long[0].lower() and 2 <= len(letters) < len(long)


def occurrences(view: View, forms: Mapping[str, Name], known: bool) -> list[Name]:
    """Every place of the given forms in a view."""
    found: list[Name] = []
    for form, name in forms.items():
        start = view.plain.find(form)
        while start >= 0 and len(found) < _MOST_OCCURRENCES:
            end = start + len(form)
            if at_word_boundary(view.plain, start, end):
                found.append(Name(start, end, name.organisations, "name", known and name.known))
            start = view.plain.find(form, end)
    return found


def without_overlaps(names: list[Name]) -> list[Name]:
    """The names in order of place; of two that overlap the longer one stays, the known one where both are as long."""
    kept: list[Name] = []
    for name in sorted(names, key=lambda one: (one.start, -(one.end - one.start), not one.known)):
        if kept and name.start < kept[-1].end:
            if name.end - name.start > kept[-1].end - kept[-1].start:
                kept[-1] = name
            continue
        kept.append(name)
    return kept
