"""Tell what a topic word does where it stands: say what the news is about, or only describe a firm."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.entities import Name
from pipeline.topics import Role, TopicPlace
from pipeline.views import View

_REACH = 180              # characters between a name and a word that describes it
# "X, a leader in …", "X (NYSE: X) is the … platform": from the end of a name to the word.
_DESCRIBES = re.compile(
    r"(?:\s?\([^()\n]{1,60}\)|[®™])?(?:,? (?:- )?(?:is |was |are )?"
    r"(?:an?|the|one of|part of|its|which (?:is|was|offers|provides)|(?:maker|developer|provider) of)\b"
    # Without a comma the object follows: "signe avec X une alliance", "firma con X un acuerdo".
    r"|(?:, (?:- )?| - |,? (?:ist|est|es|è|é) )(?:eine?|une?|una|uma?|el|la|le|l'|o|il)\b)"
    r"(?P<rest>[^;:.!?\n]*)"
)
_MAKER_OF = re.compile(r"\b(?:makers?|developers?|builders?|providers?|suppliers?|creators?) of (?:[a-z-]+ ){0,3}$")
_TELLS = re.compile(
    r"\b(?:today|announc|unveil|will\b|sign|partner|collabor|cooper|agree|team|join|alliance|sollen|gemeinsam|kooper|alleat|alian"
    r"|ensemble|firma|anunci|annonc|vont\b|van a\b|juntos|juntas|insieme)"
)
# Who is "an AI company" makes AI; who is "an AI-powered platform for hotels" does not.
_MAKES = re.compile(
    r"[- ]?(?:[a-z-]+ ){0,2}?(?:compan(?:y|ies)|firms?|start-?ups?|labs?|laborator(?:y|ies)|developers?|unicorn"
    r"|specialists?|makers?|chipmakers?|research|unternehmen|entreprise|empresa)\b"
    r"|\s?(?:전문 ?)?(?:기업|스타트업|회사)|企業|公司"
)


def with_roles(places: Sequence[TopicPlace], names: Sequence[Name], view: View) -> list[TopicPlace]:
    """The topic words of a field, those that describe one of the names marked as such."""
    starts = [name.start for name in names]
    return [place._replace(role=_role(place, names[number - 1], view))
            if (number := bisect_left(starts, place.start)) else place for place in places]


def _role(place: TopicPlace, name: Name, view: View) -> Role:
    """The role of a topic word after a name."""
    if name.kind != "name" or not name.end <= place.start <= name.end + _REACH:
        return place.role
    match = _DESCRIBES.fullmatch(view.folded, name.end, place.start)
    if match is None or _TELLS.search(match["rest"]):
        return place.role
    makes = _MAKES.match(view.folded, place.end) or _MAKER_OF.search(view.folded, name.end, place.start)
    return "maker" if makes else "describes"
