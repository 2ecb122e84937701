"""Forms of dates that no standard knows: months in other languages, seconds since 1970, and "3 hours ago"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from core import clock

# As feeds write them, long and short; a form that several languages share stands once.
_MONTHS = {
    number: names.split()
    for number, names in enumerate(
        (
            "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia января янв",
            (
                "february feb februar feber février févr fevrier fév febrero febbraio fevereiro fev februari lutego "
                "февраля фев"
            ),
            "march mar märz maerz mär mrz mars marzo março marco maart mrt marca марта мар",
            "april apr avril avr abril abr aprile kwietnia апреля апр",
            "may mai mayo maggio mag maio mei maj maja мая май",
            "june jun juni juin junio giugno giu junho czerwca июня июн",
            "july jul juli juillet juil julio luglio lug julho lipca июля июл",
            "august aug août aout agosto ago augustus augusti sierpnia августа авг",
            "sept sep septembre septiembre settembre set setembro september września сентября сен сент",
            "october oct oktober okt octobre octubre ottobre ott outubro out października октября окт",
            "november nov novembre noviembre novembro listopada ноября ноя нояб",
            "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro grudnia декабря дек",
        ),
        start=1,
    )
}
_NUMBER = {name: number for number, names in _MONTHS.items() for name in names}
_WORDS = re.compile(
    r"(?P<d>\d{1,2})(?:er|º|\.)?\s*(?:de\s+)?(?P<m>[^\W\d_]{3,12})\.?,?\s*(?:de\s+|del\s+)?(?P<y>(?:19|20)\d{2})"
    r"(?:,?\s*(?:à|um|alle|a las|at|-|–|в)?\s*(?P<H>\d{1,2})[:h.](?P<M>\d{2})(?::(?P<S>\d{2}))?)?"
    r"\s*(?P<zone>Z|GMT|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
# `November 2, 2026 at 10:00 AM UTC`: the month first is English, or `11월 2일, 2026`.
_MONTH_FIRST = re.compile(
    r"(?:(?P<m>[a-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?|(?P<mk>\d{1,2})월\s*(?P<dk>\d{1,2})일),?\s+(?P<y>(?:19|20)\d{2})"
    r"(?:,?\s*(?:at|-|–)?\s*(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?\s*(?P<half>[ap])?(?:\.?m\b\.?)?)?"
    r"\s*(?P<zone>Z|GMT|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_DOTTED = re.compile(  # the day first, wherever dots are written
    r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>(?:19|20)\d{2})(?:,?\s*(?:um)?\s*(?P<H>\d{1,2})[:.](?P<M>\d{2})(?::(?P<S>\d{2}))?)?"
    r"\s*(?P<zone>Z|GMT|UTC|[+-]\d{2}:?\d{2})?"
)
_SINCE_1970 = re.compile(r"\d{10}(?:\d{3})?")
_UNITS = {
    "minutes": r"min(?:ute)?s?|분|分(?:钟|鐘)?|minuten?|minutos?",
    "hours": r"h(?:ou)?rs?|시간|時間|小时|小時|stunden?|heures?|horas?",
    "days": r"days?|일|日|天|tagen?|jours?|días?",
    "weeks": r"weeks?|주|週間|周|wochen?|semaines?|semanas?",
}
_UNIT = "|".join(f"(?P<{unit}>{names})" for unit, names in _UNITS.items())
_AGO = re.compile(
    rf"(?:vor|il y a|hace)\s+(?P<n>\d{{1,3}})\s*(?:{_UNIT})\b|"
    rf"(?P<n2>\d{{1,3}})\s*(?:{_UNIT.replace('P<', 'P<_')})\s*(?:ago|전|前)",
    re.IGNORECASE,
)


def foreign_months(text: str) -> datetime | None:
    """`2. März 2026 11:00`, `2 de enero de 2026`, `02 ноября 2026`; without zone where none is written."""
    if (found := _WORDS.search(text)) and (month := _NUMBER.get(found["m"].lower())):
        return _moment(found, month, int(found["d"]))
    if found := _MONTH_FIRST.search(text):
        month = int(found["mk"]) if found["mk"] else _NUMBER.get(found["m"].lower())
        return _moment(found, month, int(found["d"] or found["dk"]), found["half"] or "") if month else None
    if found := _DOTTED.match(text):
        return _moment(found, int(found["m"]), int(found["d"]))
    return None


def _moment(found: re.Match[str], month: int, day: int, half: str = "") -> datetime:
    hour, minute, second = int(found["H"] or 0), int(found["M"] or 0), int(found["S"] or 0)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    moment = datetime(int(found["y"]), month, day, hour, minute, second)  # noqa: DTZ001 - the caller knows it
    if not found["zone"]:
        return moment
    zone = "+00:00" if found["zone"].isalpha() else found["zone"]
    return datetime.fromisoformat(moment.isoformat() + zone)


def since_1970(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    if not _SINCE_1970.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text) / (1000 if len(text) > 10 else 1), UTC)


def ago(text: str) -> datetime | None:
    """`3 hours ago` and the like, seen from now."""
    found = _AGO.fullmatch(text)
    if not found:
        return None
    number = int(found["n"] or found["n2"])
    unit = next(unit for unit in _UNITS if found[unit] or found[f"_{unit}"])
    return clock.now() - timedelta(**{unit: number})
