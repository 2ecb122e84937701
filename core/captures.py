"""What a backfill hands on: where a record stands in its file, whose page it is, and why a record is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.recipe import AS_USUAL, Recipe


class Left(StrEnum):
    """Why a record of a WARC file brings no article, beside the outcomes of reading a page."""

    NOT_A_RESPONSE = "not_a_response"    # a request, metadata, a revisit and the like
    HTTP_STATUS = "http_status"          # an answer other than 200
    NOT_HTML = "not_html"                # an image, a feed and the like
    TOO_LARGE = "too_large"              # over the limit, as stored or after decompression
    TRUNCATED = "truncated"              # the crawler stored only a part, or the file ends before the record does
    BROKEN = "broken"                    # the record, its HTTP head or its compression cannot be read
    NO_ADDRESS = "no_address"            # no web address
    NO_DATE = "no_date"                  # no believable date of the fetch
    OTHER_OUTLET = "other_outlet"        # its host belongs to no wanted source
    OTHER_DATE = "other_date"            # published, or fetched, outside of --since and --until
    OTHER_LANGUAGE = "other_language"    # in another language than --language names


@dataclass(frozen=True, slots=True)
class Position:
    """A record's place in its file: its number, counted from 1, the offset where it begins, and its id."""

    number: int
    offset: int
    record_id: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """The source that a page belongs to."""

    source_id: str
    name: str
    language: str | None = None
    publisher: str | None = None
    recipe: Recipe = AS_USUAL
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as somebody's crawler fetched it. `url` is its canonical address."""

    outlet: Outlet
    url: str
    body: bytes
    encoding: str | None                 # what the HTTP header declares
    fetched_at: datetime
