"""The shapes of what the API answers and takes, for its description."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from web.asked import LARGEST_ID
from web.saying import LONGEST_NOTE


class Problem(BaseModel):
    """What is wrong, in one line (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    column: int | None = Field(None, description="Where in the query, from 1.")
    suggestion: str | None = Field(None, description="What was probably meant.")


class FoundArticle(BaseModel):
    """An article that a search found; the record of `search --format json`."""

    id: int
    title: str
    url: str
    source: str
    language: str | None
    published_at: datetime
    seen_at: datetime
    story: int
    score: float | None
    organisations: list[str]
    event_type: str | None
    status: str | None
    rules: list[str]
    snippet: str = Field(description="A piece of the text; the words of the query stand between ** and **.")
    outlets: int
    independent: int
    band: str | None


class SearchAnswer(BaseModel):
    """A page of a search. `cursor` asks for the next one."""

    total: int
    total_is_exact: bool
    items: list[FoundArticle]
    cursor: str | None


class NewAnswer(BaseModel):
    """What was stored since a cursor, the first first. Keep `cursor` for the next call; it is always there."""

    items: list[FoundArticle]
    cursor: str
    more: bool = Field(description="Whether to ask again at once.")


class FacetValue(BaseModel):
    """A value by which a search can be narrowed."""

    value: str
    label: str
    count: int


class MonthBar(BaseModel):
    """A month of a search's timeline."""

    start: datetime
    end: datetime
    count: int


class FacetsAnswer(BaseModel):
    """The counts of a search."""

    total: dict[str, Any]
    counted: int
    sources: list[FacetValue]
    organisations: list[FacetValue]
    event_types: list[FacetValue]
    statuses: list[FacetValue]
    topics: list[FacetValue]
    languages: list[FacetValue]
    months: list[MonthBar]


class GraphAnswer(BaseModel):
    """Organisations and their alliances; the document of `graph --format json`."""

    around: list[str]
    nodes: list[dict[str, Any]]
    links: list[dict[str, Any]]


class Items(BaseModel):
    """A list."""

    items: list[dict[str, Any]]


class Feedback(BaseModel):
    """What a reader says of an article, or does about it."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["relevant", "not_relevant", "wrong_party", "mute-organisation", "mute-source", "mute-story",
                     "watch"]
    hit: int | None = Field(None, ge=1, le=LARGEST_ID, description="The hit that is spoken of.")
    article: int | None = Field(None, ge=1, le=LARGEST_ID, description="Or the article.")
    rule: str | None = Field(None, max_length=100, description="With an article of several hits: whose.")
    story: int | None = Field(None, ge=1, le=LARGEST_ID, description="With mute-story.")
    source: str | None = Field(None, max_length=200, description="With mute-source.")
    organisation: str | None = Field(None, max_length=200, description="With mute-organisation and watch.")
    party: str | None = Field(None, max_length=200, description="With wrong_party: who is no party.")
    instead: str | None = Field(None, max_length=200, description="With wrong_party: who is meant.")
    days: int | None = Field(None, ge=1, le=365, description="Of a mute; else `alerts.mute_days`.")
    note: str | None = Field(None, max_length=LONGEST_NOTE, description="A word on why.")
    author: str | None = Field(None, max_length=60, description="Who says so.")

    @field_validator("*")
    @classmethod
    def _can_be_stored(cls, value: Any) -> Any:
        if isinstance(value, str) and ("\0" in value or (not value.isprintable() and _halves(value))):
            raise ValueError("has a NUL character or half of a character in it")
        return value


def _halves(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


class Noted(BaseModel):
    """What became of a reader's word."""

    told: str
