"""How the pages of a source are read, where its file says more than the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["auto", "precise", "wide"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the pages of a source are read, where its file says more than the default. Selectors are CSS."""

    mode: Mode = "auto"                  # precise: less that does not belong; wide: more, also where it is unsure
    filter: bool = True                  # leave out lines that look like no part of the article
    repeated: bool = True                # leave out lines that stand on other pages of the site, too
    body: str | None = None
    title: str | None = None
    date: str | None = None
    authors: str | None = None
    remove: tuple[str, ...] = ()         # taken off the page before anything is read
    other_version: bool = True           # read the AMP or print version of a page that has no text


AS_USUAL = Recipe()
