"""Tell what a topic word does where it stands: say what the news is about, or only describe a firm."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.entities import Name
from pipeline.tongues import LATIN_LANGUAGES
from pipeline.topics import Role, TopicPlace
from pipeline.views import View

_REACH = 180              # characters between a name and a word that describes it
# "X, a leader in …", "X (NYSE: X) is the … platform": from the end of a name to the word.
_BRACKETS = r"(?:\s?\([^()\n]{1,60}\)|[®™])?"
_ENGLISH = (r",? (?:- )?(?:is |was |are )?"
            r"(?:an?|the|one of|part of|its|which (?:is|was|offers|provides)|(?:maker|developer|provider) of)\b")
# Without a comma the object follows: "signe avec X une alliance", "firma con X un acuerdo".
_LATIN = r"(?:, (?:- )?| - |,? (?:ist|est|es|è|é) )(?:eine?|une?|una|uma?|el|la|le|l'|o|il)\b"
_REST = r"(?P<rest>[^;:.!?\n]*)"
_DESCRIBES = re.compile(f"{_BRACKETS}(?:{_ENGLISH}|{_LATIN}){_REST}")
# There "an" and "a" are no articles: "forscht mit X an KI", "X a choisi l'IA".
_DESCRIBES_LATIN = re.compile(f"{_BRACKETS}{_LATIN}{_REST}")
_MAKER_OF = re.compile(r"\b(?:makers?|developers?|builders?|providers?|suppliers?|creators?) of (?:[a-z-]+ ){0,3}$")
_TELLS = re.compile(
    r"\b(?:today|announc|unveil|will\b|sign|partner|collabor|cooper|agree|team|join|alliance|sollen|gemeinsam|kooper|alleat|alian"
    r"|ensemble|firma|anunci|annonc|vont\b|van a\b|juntos|juntas|insieme)"
)
# "Chez X, une IA démarre": the name does not stand for itself.
_FRONTED = re.compile(
    r"(?:^|[.!?:»\n] ?)(?:chez|pour|avec|selon|bei|mit|für|laut|nach|en|con|para|según|per|com|segundo) (?:\w+ )?$")
_FRONT = 16               # characters
# "Zwischen X und Y ist eine KI-Partnerschaft vereinbart."
_RELATES = re.compile(r"-(?:partnerschaft|kooperation|zusammenarbeit|allianz|bündnis)")
# Who is "an AI company" makes AI; who is "an AI-powered platform for hotels" does not.
_MAKES = re.compile(
    r"[- ]?(?:[a-z-]+ ){0,2}?(?:compan(?:y|ies)|firms?|start-?ups?|labs?|laborator(?:y|ies)|developers?|unicorn"
    r"|specialists?|makers?|chipmakers?|research|unternehmen|entreprise|empresa)\b"
    r"|\s?(?:전문 ?)?(?:기업|스타트업|회사)|企業|公司"
)
# `인공지능 기업 X`, `AI新興X`: what stands before a name in these scripts says what it makes.
_IS_FIRM = re.compile(
    r"(?: ?(?:[가-힣]{1,6} )?(?:전문)? ?(?:기업|스타트업|업체|회사|벤처|개발사)(?:인)? "
    r"|(?:[ァ-ヶー一-龥]{0,6}?)(?:企業|新興|スタートアップ|ベンチャー|大手|開発|会社|メーカー)(?:の)?"
    r"|[一-龥]{0,4}?(?:公司|企业|企業|独角兽|獨角獸|厂商|廠商|新創|初创))")
_KIND_OF_FIRM = 24        # characters of such words


def with_roles(places: Sequence[TopicPlace], names: Sequence[Name], view: View,
               language: str | None = None) -> list[TopicPlace]:
    """The topic words of a field, those that describe one of the names marked as such."""
    starts = [name.start for name in names]
    describes = _DESCRIBES_LATIN if language in LATIN_LANGUAGES and language != "en" else _DESCRIBES
    return [place._replace(role=_role(place, names[number - 1] if number else None, starts[number : number + 1], view,
                                      describes))
            for place in places for number in [bisect_left(starts, place.start)]]


def _role(place: TopicPlace, name: Name | None, following: list[int], view: View, describes: re.Pattern[str]) -> Role:
    """The role of a topic word after one name and before another."""
    if following and _makes_what_follows(place.end, following[0], view):
        return "maker"
    if name is None or name.kind != "name" or not name.end <= place.start <= name.end + _REACH:
        return place.role
    match = describes.fullmatch(view.folded, name.end, place.start)
    if match is None or (describes is _DESCRIBES_LATIN and _FRONTED.search(
            view.folded, max(0, name.start - _FRONT), name.start)):
        return place.role
    if _TELLS.search(match["rest"]) or _RELATES.match(view.folded, place.end):
        return place.role
    makes = _MAKES.match(view.folded, place.end) or _MAKER_OF.search(view.folded, name.end, place.start)
    return "maker" if makes else "describes"


def _makes_what_follows(start: int, end: int, view: View) -> bool:
    """Whether the words between a topic word and a name say what kind of firm the name is."""
    if end - start > _KIND_OF_FIRM or max(view.plain[start:end], default="") < "\u1100":
        return False
    return bool(_IS_FIRM.fullmatch(view.folded, start, end))
