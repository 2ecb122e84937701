"""Texts of strangers on a page: isolated, marked, linked, and never more than text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from markupsafe import Markup, escape

from alerts.text import clean, safe_link
from archive.snippets import MARKS
from core.clock import iso

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def visible(text: str) -> str:
    """A text without what HTML cannot hold: control characters and halves of characters."""
    return _CONTROL.sub("", text)


def bdi(text: object) -> Markup:
    """A name or title with its direction kept inside, so that it turns nothing around itself."""
    shown = visible(str(text))
    return Markup("<bdi>{}</bdi>").format(shown) if shown else Markup("")


def plain(text: object) -> str:
    """A text for where no element can isolate it, such as an attribute: direction marks and controls are gone."""
    return clean(str(text))


def link(url: str | None) -> str | None:
    """An address of the web, or None: nothing else may stand in a link."""
    return safe_link(url) if url else None


def snippet(text: str) -> Markup:
    """A search's snippet with its marks as elements."""
    pieces = visible(text).split(MARKS[0])
    return Markup("").join(Markup("<mark>{}</mark>").format(piece) if at % 2 else escape(piece)
                           for at, piece in enumerate(pieces))


def bold(text: str, places: Iterable[tuple[int, int]]) -> Markup:
    """A sentence with the evidence in it marked."""
    out, at = [], 0
    for start, end in places:
        out += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup(visible(str(Markup("").join([*out, escape(text[at:])]))))  # noqa: S704 - all of it is escaped above


def coded(text: str) -> Markup:
    """A text of ours with what stands in `backticks` as code."""
    return Markup("").join(Markup("<code>{}</code>").format(piece) if at % 2 else escape(piece)
                           for at, piece in enumerate(text.split("`")))


def words(name: str | None) -> str:
    """A name of ours, such as `joint_venture`, in words."""
    return (name or "").replace("_", " ")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 outlet`, `3 outlets`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(at: datetime | str | None, zone: object = None, form: str = "%Y-%m-%d %H:%M") -> Markup:
    """A time on the site's clock, with the exact one for machines."""
    if at is None:
        return Markup("")
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    local = at.astimezone(zone) if zone is not None else at  # type: ignore[arg-type]
    return Markup('<time datetime="{}">{}</time>').format(iso(at), local.strftime(form))


def lasting(seconds: float | None) -> str:
    """How long something takes, in one unit: `15 min`, `2 h`, `3 days`."""
    if seconds is None:
        return ""
    span = timedelta(seconds=seconds)
    if span < timedelta(minutes=2):
        return f"{round(seconds)} s"
    if span < timedelta(hours=2):
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if span < timedelta(days=2) else f"{span.days} days"


def organisation_path(name: str) -> str:
    """The address of an organisation's page."""
    return f"/organisations/{quote(name, safe='')}"


def quoted(name: str) -> str:
    """A name as a value in a query: in quotes where it is more than a word."""
    if re.fullmatch(r"\w+", name) and name not in {"AND", "OR", "NOT"}:
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def together(names: Sequence[str]) -> Markup:
    """Who with whom."""
    return Markup(' <span class="with" aria-label="with">↔</span> ').join(bdi(name) for name in names)
