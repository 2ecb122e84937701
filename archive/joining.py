"""Judge whether two articles tell the same news, in whatever words and language: parties, kind, time, and marks.

A false join hides a story, a missed one repeats it; so what speaks against a join weighs more than what speaks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archive.outbox import kind_of_news
from core.records import EventStatus, Subject
from core.text import search_tokens

WINDOW = timedelta(days=5)               # between a report and the nearest one of its story
LONGEST = timedelta(days=30)             # between a report and the farthest one
LATEST = timedelta(days=365)             # how long after a story its end may be told
BUSY = timedelta(days=90)                # two stories of the same parties in this time: they ally often
LEAD = 600                               # characters of a search form in which names are looked up
OPENING = 200                            # and whose words are compared: what follows is often the outlet's stock
JOINED = 1.0                             # the least sum of what speaks for and against

_PRIOR = 0.75                            # same parties, same family, same days: mostly the same news
_OFTEN = -1.0                            # not where these parties are in the news all the time
_SAME_TYPE, _BOTH_GENERIC, _OTHER_TYPE = 0.25, 0.2, -1.1
_GENERIC = {"partnership", "strategic_alliance", "mou", "consortium"}  # what any report may call any alliance
_THIRD_IN_COMMON = 0.5                   # three firms do not ally twice a month
_FURTHER_PARTY, _OTHER_PARTIES, _OTHER_MEMBER = -0.4, -1.25, -0.3
_SAME_DAY, _THIRD_DAY, _LATER = 0.25, -0.75, -0.25  # most outlets report on the first two days
_MARK = {"name": 0.9, "sum": 1.0, "number": 0.8, "org": 0.8}  # for the first mark of the kind that both have
_MOST_MARKS = 2.0
_SAME_THEMES, _CROSSING_THEMES, _OTHER_THEMES = 1.0, -1.4, -1.75
_OTHER_SUM = -0.75
_END, _UNLIKE_END = 1.0, -0.75           # a denial or an end of what the same parties told; the least of its marks
_EACH_ITS_OWN, _MOST_OWN = -0.35, 3      # for each mark that only the one with fewer such marks has
_HALF = 0.5                              # what a mark counts that the other might well not share
_SAME_WORDS, _OTHER_WORDS = 1.0, -0.75
_FEW, _MANY = 0.10, 0.28                 # shared words of title and lead in one language: other news, the same news
_ENOUGH, _ENOUGH_PAIRS = 4, 12           # fewer words, or pairs of letters, besides the parties' names say nothing
_LONG_WORD = 4                           # shorter English words are in every text
_PHRASES, _SOME_PHRASES = 1.5, 0.08      # common word triples of the whole texts; unrelated ones have .02
_NO_LATIN = {"ko", "ja", "zh"}           # write most names in letters of their own
_KANA = re.compile("[\u3041-\u309f]")    # what joins Japanese words
_SMALL_WORDS = frozenset(search_tokens("""
    about after also been between both company companies firm firms from group have into more over said says that
    their them they this under were which will with would year years
    auch beide dass dem eine einem einen einer haben mehr nach sich sind soll sollen teilten über unternehmen werden
    wird avec cette dans deux entre être leur leurs mais plus pour seront sera sont une entreprises groupe
    ambas como desde entre está para según sobre también una años empresas compañías
    밝혔다 했다 한다 하기로 양사는 위해 위한 것으로 통해 대한 회사 宣布 表示 双方 公司 发表 発表 両社 会社"""))



@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """An article as it is compared with others."""

    story: int
    at: datetime                         # published
    content_hash: str
    minhash: bytes
    subject: Subject | None = None
    language: str | None = None
    lead: str = ""                       # search form of the title and of the first `LEAD` characters

    def words(self) -> set[str]:
        """The words of title and opening besides the parties' names and what any report of any deal says."""
        said = (*self.subject.parties, *self.subject.names) if self.subject else ()
        tokens = {token for token in self.lead[:OPENING].split()
                  if len(token) >= (_LONG_WORD if token.isascii() else 2) and not _KANA.search(token)}
        return tokens.difference(_SMALL_WORDS, (word for words in said for word in search_tokens(words)))


def subject_json(subject: Subject | None) -> dict[str, Any] | None:
    """The form of a subject in its column. The keys are kept as bands."""
    if subject is None:
        return None
    return {"family": subject.family, "type": subject.type, "status": str(subject.status),
            "parties": list(subject.parties), "heads": list(subject.heads), "marks": list(subject.marks),
            "names": list(subject.names)}


def subject_from(stored: Mapping[str, Any] | None) -> Subject | None:
    """A subject from its column."""
    if not stored:
        return None
    return Subject(stored["family"], stored["type"], EventStatus(stored["status"]), tuple(stored["parties"]),
                   tuple(stored["heads"]), tuple(stored["marks"]), tuple(stored["names"]))


def same_news(one: Report, other: Report, *, often: bool, phrases: float) -> float | None:
    """What speaks for and against the same news, summed; from `JOINED` on it is. None where it cannot be.

    `often`: these parties are in the news all the time. `phrases`: the similarity of the whole texts, 0 to 1.
    """
    first, second = one.subject, other.subject
    if first is None or second is None or first.family != second.family:
        return None
    if len(set(first.heads) & set(second.heads)) < 2 or not in_time(one, other):
        return None
    total = (_OFTEN if often else 0.0) + _PRIOR + _of_types(first, second) + _of_parties(first, second)
    marks = _of_marks(one, first, other, second)
    if _is_end(one, other) and set(first.heads) == set(second.heads):
        total, marks = total + _END, max(marks, _UNLIKE_END)
    total += marks + _of_time(one, other)
    if one.language == other.language:
        total += _of_words(one, other, phrases)
    return total


def in_time(one: Report, other: Report) -> bool:
    """Whether two reports are near enough: a denial or an end may come later than a retelling."""
    kinds = {_kind(one), _kind(other)}
    apart = abs(one.at - other.at)
    if len(kinds) == 1:
        return apart <= LONGEST
    return apart <= (LATEST if "ended" in kinds else LONGEST)


def is_development(one: Report, other: Report) -> bool:
    """Whether one tells another stage of the same thing: after a rumour, a denial, an end."""
    return _kind(one) != _kind(other)


def _kind(report: Report) -> str:
    return kind_of_news(report.subject.status) if report.subject else ""


def _is_end(one: Report, other: Report) -> bool:
    """Whether one denies or ends what the other tells. It speaks of its reasons, and seldom of the deal's purpose."""
    return is_development(one, other) and bool({_kind(one), _kind(other)} & {"denied", "ended"})


def _of_time(one: Report, other: Report) -> float:
    apart = abs(one.at - other.at)
    if is_development(one, other):
        return _LATER if apart > WINDOW else 0.0
    return _SAME_DAY if apart <= timedelta(hours=36) else 0.0 if apart <= timedelta(hours=72) else _THIRD_DAY


def _of_types(first: Subject, second: Subject) -> float:
    types = {first.type, second.type}
    if len(types) == 1:
        return _SAME_TYPE
    return _BOTH_GENERIC if types <= _GENERIC else 0.0 if types & _GENERIC else _OTHER_TYPE


def _of_parties(first: Subject, second: Subject) -> float:
    one, other = set(first.heads), set(second.heads)
    found = _THIRD_IN_COMMON if len(one & other) > 2 else 0.0
    if not (one <= other or other <= one):
        found += _OTHER_PARTIES
    elif one != other:
        found += _FURTHER_PARTY
    # A group and a member of it may be the same party; two members are not.
    members = [head for head in one & other
               if not _members(head, first) & _members(head, second)
               and head not in _members(head, first) | _members(head, second)]
    return found + _OTHER_MEMBER * len(members)


def _members(head: str, subject: Subject) -> set[str]:
    return {name for name, group in zip(subject.parties, subject.heads, strict=True) if group == head}


def _of_marks(one: Report, first: Subject, other: Report, second: Subject) -> float:
    """What the marks say: those in common speak for it, and against it that each has some and none is shared."""
    marks, others = _by_kind(first.marks), _by_kind(second.marks)
    shared = {kind: marks.get(kind, set()) & others.get(kind, set()) for kind in (*_MARK, "theme")}
    shared["name"] = _named(marks, other) | _named(others, one)
    found = min(_MOST_MARKS, sum(2 * weight * (1 - 0.5 ** len(shared[kind])) for kind, weight in _MARK.items()))
    own, foreign = _telling(one, marks, shared, other), _telling(other, others, shared, one)
    few = 0.5 * min(sum(map(len, marks.values())), sum(map(len, others.values())))
    if not any(shared.values()) or sum(map(len, shared.values())) < few:
        found += _EACH_ITS_OWN * min(own, foreign, _MOST_OWN)
    sums = marks.get("sum", set()), others.get("sum", set())
    if one.language == other.language and all(sums) and not shared["sum"]:
        found += _OTHER_SUM
    themes = marks.get("theme", set()), others.get("theme", set())
    if all(themes):
        found += _of_themes(*themes)
    return found


def _named(marks: Mapping[str, set[str]], other: Report) -> set[str]:
    """The names of one that the other's lead has too, whether or not it tells them from words there."""
    words = set(other.lead.split())
    return {name for name in marks.get("name", ()) if words.issuperset(search_tokens(name))}


def _telling(report: Report, marks: Mapping[str, set[str]], shared: Mapping[str, set[str]], other: Report) -> float:
    """How many marks a report has that the other would share if it told the same.

    Few names keep their letters in other scripts. A report without marks that is not short tells something too.
    """
    if not marks:
        return _HALF if len(report.words()) >= _enough(report) else 0.0
    return sum((_HALF if kind == "name" and other.language in _NO_LATIN else 1.0) * len(some - shared[kind])
               for kind, some in marks.items())


def _of_themes(one: set[str], other: set[str]) -> float:
    """Whether they are about the same: each naming something that the other does not is a sign of two deals."""
    if not one & other:
        return _OTHER_THEMES
    nested = one <= other or other <= one
    return _SAME_THEMES if nested or len(one & other) * 2 >= len(one | other) else _CROSSING_THEMES


def _enough(report: Report) -> int:
    """From how many words on a report's words say something."""
    return _ENOUGH_PAIRS if report.language in _NO_LATIN else _ENOUGH


def _by_kind(marks: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for mark in marks:
        kind, _, value = mark.partition(":")
        found.setdefault(kind, set()).add(value)
    return found


def _of_words(one: Report, other: Report, phrases: float) -> float:
    """What the words of one language say. Long phrases in common may be an outlet's stock: the openings must agree."""
    first, second = one.words(), other.words()
    if min(len(first), len(second)) < _enough(one):
        return 0.0
    shared = len(first & second) / min(len(first), len(second))
    if shared < _FEW:
        return _OTHER_WORDS
    return _PHRASES if phrases >= _SOME_PHRASES else _SAME_WORDS if shared >= _MANY else 0.0
