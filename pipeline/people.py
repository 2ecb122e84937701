"""Find people with their role and organisation, where a text gives them: `Tarvela's chief executive …`, `… X 대표`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from core.records import Person
from pipeline.capitals import CAPITAL
from pipeline.entities import Name
from pipeline.knowledge_files import Names
from pipeline.lexicon import Found, Lexicon
from pipeline.native import is_native
from pipeline.views import View

READ = 20_000             # characters of a text in which people are looked for
MOST = 60                 # people kept of a text

_PART = rf"(?:{CAPITAL}|(?:van|von|de|der|den|da|di|del|la|bin|al|el|ter)(?= ))"
_PERSON = rf"[A-ZÀ-ÖØ-Þ](?:{CAPITAL[CAPITAL.index('('):]}|\.)?(?: (?:[A-Z]\.(?= )|{_PART})){{1,3}}"
_BEFORE = re.compile(rf"(?:^|(?<=[\s(\"'])){_PERSON}$")
_AFTER = re.compile(_PERSON)
# "NAME, the ROLE", "NAME, chief executive and ROLE", "NAME, our ROLE"
_TO_NAME = re.compile(r"(?:,|\(| is| as)? ?(?:the |our |its |his |her )?(?:[\w-]+ and )?$")
# "ROLE and co-founder of X", "ROLE of Partnerships at X", "ROLE, X": what may stand between a role and its place.
_TO_PLACE = re.compile(
    r"[\w\s,&'/-]{0,70}?(?:\b(?P<at>at|bei|chez)|\b(?:of|for|de|von|der|des|di)|,|)"
    r"(?:\s(?:the |der |la )?|\s(?:d|de l)')$"
)
_NOT_BETWEEN = re.compile(r"\b(?:said|says|told|has|have|had|who|which|was|is|were|added|and [A-Z]\w+ [A-Z])")
# What may stand between an organisation and the role in it.
_OF_ROLE = (
    "", " ", "-", "'s ", "' ", " new ", "'s new ", "'s former ", " group ",
    "의 ", " 신임 ", "の", "的", "创始人", "創辦人",
)
_FAR = 75                 # characters between a role and its organisation
_ROLE_OF = re.compile(r",? (?:(?:of|at|for|bei|de|chez|von|der|des|di) (?:the |der |des |la |l')?|d')")
_AFTER_ROLE = re.compile(r",? (?:and [\w-]+(?: [\w-]+)? )?")
_INITIALS = re.compile(r"[A-Z]\.")
_KOREAN_BEFORE = re.compile(r"(?:^|(?<![가-힣]))([가-힣]{3}) $")
_KOREAN_AFTER = re.compile(r" ([가-힣]{3})(?=[은는이가의을를과와도\s(,·]|$)")
_HAN_BEFORE = re.compile(r"(?<![一-龥])([一-龥]{2,4})[·・ ]?$")
_HAN_AFTER = re.compile(
    r"(?:的)?([一-龥]{2,3})(?=表示|称|稱|说|說|指出|透露|在|与|與|和|同|会|會|"
    r"出席|宣布|宣佈|认为|認為|强调|強調|[（(,，、。 ]|$)")
_JAPANESE = re.compile(r"の([一-龥]{2,3}[ 　]?[一-龥ぁ-ん]{0,3})$")


class PeopleRules:
    """The roles of people, ready for search."""

    def __init__(self, lists: Names) -> None:
        self._roles = Lexicon((role, role) for role in lists.roles)
        self._first_names = set(lists.first_names)
        self._not_names = {word.lower() for word in (
            *lists.never, *lists.places, *lists.strip, *lists.organisation_nouns, *lists.organisation_heads,
            *lists.person_roles, *lists.role_modifiers, *lists.departments, *lists.descriptors)}
        self._openings = self._not_names | {word.lower() for word in (*lists.common_words, *lists.soft_strip)}
        self._verbs = {word.lower() for word in lists.headline_verbs} - {name.lower() for name in lists.first_names}
        self._surnames = tuple(lists.surnames)
        # `젠슨 황 엔비디아 CEO`: first names of the West as Korean writes them
        first = "|".join(lists.native_first_names)
        self._foreign_before = re.compile(rf"(?<![가-힣])((?:{first}) [가-힣]{{1,5}}) $" if first else r"(?!)")

    def find(self, view: View, names: Iterable[Name], publisher: str | None) -> list[Person]:
        """The people of a field, each once, with the role and organisation that stand beside the name.

        `names` are the organisations of the field; "our chief executive" belongs to the publisher.
        """
        places = list(self._roles.find(view, READ))
        if not places:
            return []
        around = _Around(view, names, publisher)
        found: dict[str, Person] = {}
        for place in places:
            if view.plain[place.start] >= "\u1100":
                person = self._native(view, place, around)
            else:
                person = self._before(view, place, around) or self._after(view, place, around)
                if person is None and around.native:
                    person = self._native(view, place, around)
            if person is None:
                continue
            known = found.get(person.name)
            if known is None or (known.organisation is None and person.organisation is not None):
                found[person.name] = person
            if len(found) == MOST:
                break
        return list(found.values())

    def _before(self, view: View, role: Found[str], around: _Around) -> Person | None:
        """`NAME, ROLE of X`, `NAME, X's ROLE`, `NAME (ROLE, X)`."""
        end, organisation = role.start, None
        link = _TO_NAME.search(view.plain, max(0, end - 40), end)
        end = link.start() if link else end
        if (link is None or not link[0].strip(" ")) and (name := around.ending(role.start)):
            organisation, end = name.organisations[0], name.start
            link = _TO_NAME.search(view.plain, max(0, end - 40), end)
            end = link.start() if link else end
        if link is None or link[0].lstrip()[:1] not in {",", "(", "i", "a"}:
            return None
        match = _BEFORE.search(view.plain, max(0, end - 48), end)
        if match is None or not (cut := self._person(match[0])):
            return None
        start = match.start() + cut[0]
        return _person(view, start, start + len(cut[1]), role, organisation or around.of_role(role))

    def _after(self, view: View, role: Found[str], around: _Around) -> Person | None:
        """`X's ROLE NAME`, `ROLE NAME of X`, `ROLE of X, NAME`."""
        follows = _AFTER_ROLE.match(view.plain, role.end)
        owner = around.ending(role.start)
        start = follows.end() if follows else role.end
        if (link := _ROLE_OF.match(view.plain, role.end)) and (name := around.starting(link.end())):
            owner, start = name, name.end
            start += len(view.plain[start : start + 2]) - len(view.plain[start : start + 2].lstrip(", "))
        match = _AFTER.match(view.plain, start)
        if match is None or not (cut := self._person(match[0])) or cut[0]:
            return None
        end = start + len(cut[1])
        organisation = owner.organisations[0] if owner else around.of_role(role)
        if organisation is None and (link := _ROLE_OF.match(view.plain, end)):
            named = around.starting(link.end())
            organisation = named.organisations[0] if named else None
        return _person(view, start, end, role, organisation)

    def _person(self, written: str) -> tuple[int, str] | None:
        """The part of capitalised words that is a person's name, with the letters cut before it."""
        words, cut = written.split(" "), 0
        while len(words) > 2 and (words[0].lower().rstrip(".") in self._openings or words[1] in self._first_names):
            cut += len(words.pop(0)) + 1
        while len(words) > 2 and words[-1].lower() in self._not_names:
            words.pop()
        plain = [word for word in words if not _INITIALS.fullmatch(word)]
        if not 2 <= len(plain) <= 4 or plain[0].lower() in self._verbs:
            return None
        rest = plain[1:] if plain[0] in self._first_names else plain     # "Christian" is a word, too
        if any(word.lower().rstrip(".") in self._not_names for word in rest):
            return None
        if any(word.isupper() or "-elect" in word for word in plain) or any(letter.isdigit() for letter in written):
            return None
        return cut, " ".join(words)

    def _native(self, view: View, role: Found[str], around: _Around) -> Person | None:
        """`홍길동 X 대표`, `X 대표 홍길동`, `Xの山田太郎社長`, `X董事长李明`."""
        text = view.plain
        owner = around.ending(role.start)
        edge = owner.start if owner else role.start
        match = self._foreign_before.search(text, max(0, edge - 16), edge)
        if match and owner:
            return _person(view, *match.span(1), role, owner.organisations[0])
        match = _KOREAN_BEFORE.search(text, max(0, edge - 6), edge)
        if match and match[1][:1] in self._surnames:
            return _person(view, *match.span(1), role, owner.organisations[0] if owner else None)
        if owner is None:
            if match := _JAPANESE.search(text, max(0, role.start - 8), role.start):
                named = around.ending(match.start())
                return _person(view, *match.span(1), role, named.organisations[0] if named else None)
            return None
        after = _KOREAN_AFTER.match(text, role.end) or _HAN_AFTER.match(text, role.end)
        if after and after[1][:1] in self._surnames:
            return _person(view, *after.span(1), role, owner.organisations[0])
        return None


class _Around:
    """The organisations of a field by the places where they begin and end."""

    def __init__(self, view: View, names: Iterable[Name], publisher: str | None) -> None:
        self._view, self._publisher = view, publisher
        self.native = is_native(view.plain)
        self._starts: dict[int, Name] = {}
        self._ends: dict[int, Name] = {}
        self._order = sorted(name for name in names if name.kind == "name" and name.organisations)
        for name in self._order:
            self._starts.setdefault(name.start, name)
            self._ends[name.end] = name

    def starting(self, place: int) -> Name | None:
        """The organisation whose name begins at a place."""
        return self._starts.get(place)

    def ending(self, place: int) -> Name | None:
        """The organisation that a role at a place belongs to: `X's ROLE`, `X ROLE`, `X의 ROLE`."""
        text = self._view.plain
        for gap in _OF_ROLE:
            if text.endswith(gap, 0, place) and (name := self._ends.get(place - len(gap))):
                return name
        return None

    def of_role(self, role: Found[str]) -> str | None:
        """The organisation after a role: `ROLE of X`, `ROLE of Sales at X`; of "our ROLE" the publisher."""
        text, end = self._view.plain, role.end
        if text[max(0, role.start - 4) : role.start].lower() == "our ":
            return self._publisher
        nearest = None
        for name in self._order[bisect_left(self._order, (end,)) : bisect_left(self._order, (end + _FAR,))]:
            between = text[end : name.start]
            link = _TO_PLACE.fullmatch(between)
            if link is None or _NOT_BETWEEN.search(between):
                break
            if link["at"] or name.known:
                return name.organisations[0]
            nearest = nearest or name.organisations[0]
        return nearest


def _person(view: View, start: int, end: int, role: Found[str], organisation: str | None) -> Person:
    span = view.span(start, end)
    return Person(span.text, view.span(role.start, role.end).text, organisation, span)
