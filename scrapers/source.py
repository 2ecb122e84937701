"""The schema of a source file: one outlet, its entry points, its limits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from core import yamlfile
from core.errors import SourceFileError
from core.fetching import EntryKind
from core.recipe import Mode, Recipe
from core.urls import canonical

ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
KINDS: tuple[EntryKind, ...] = ("feed", "sitemap", "listing", "json")
_OURS = {"id", "file", "base"}  # fields that are no keys of the file
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _web_address(text: str) -> str:
    if canonical(text) is None:
        msg = "is not a web address; write http://… or https://…"
        raise ValueError(msg)
    return text


def _interval(value: object) -> timedelta | None:
    if value is None or value == "auto" or isinstance(value, timedelta):
        return value if isinstance(value, timedelta) else None
    found = re.fullmatch(r"([1-9]\d{0,3})([mhd])", str(value))
    if not found or not timedelta(minutes=1) <= (span := timedelta(**{_UNITS[found[2]]: int(found[1])})) <= timedelta(
        days=7
    ):
        msg = "is not an interval; write auto, or 15m, 2h, 1d (from 1m to 7d)"
        raise ValueError(msg)
    return span


def _between(text: str) -> tuple[time, time]:
    begin, _, end = text.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def _clock(at: time) -> dict[str, Any]:
    return {"hour": at.hour, "minute": at.minute, "second": 0, "microsecond": 0}


def _quiet(text: str) -> str:
    try:
        begin, end = _between(text) if re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", text) else (time(), time())
    except ValueError:
        begin = end = time()
    if begin == end:
        msg = 'are no quiet hours; write them as "22:00-06:00"'
        raise ValueError(msg)
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as failure:
        msg = "is not a time zone; write it as Asia/Seoul or UTC"
        raise ValueError(msg) from failure
    return name


def _selector(text: str) -> str:
    from cssselect import HTMLTranslator, SelectorError

    try:
        HTMLTranslator().css_to_xpath(text)
    except SelectorError as failure:
        msg = f"is not a CSS selector: {failure}"
        raise ValueError(msg) from failure
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]
Hours = Annotated[str, AfterValidator(_quiet)]
Zone = Annotated[str, AfterValidator(_zone)]
Selector = Annotated[str, Field(min_length=1), AfterValidator(_selector)]
Patterns = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntryPoint(_Part):
    """A feed, sitemap, listing page or JSON address, and for a listing the selectors of its links."""

    feed: WebAddress | None = Field(None, description="Address of an RSS, Atom or RDF feed")
    sitemap: WebAddress | None = Field(None, description="Address of a sitemap, a news sitemap or a sitemap index")
    listing: WebAddress | None = Field(None, description="Address of a page that links to articles")
    json_: WebAddress | None = Field(None, alias="json", description="Address of a JSON Feed")
    links: Selector | None = Field(None, description="CSS selector of a listing's links, or of elements that hold one")
    title: Selector | None = Field(None, description="CSS selector inside what `links` found; else its text")
    date: Selector | None = Field(None, description="CSS selector inside what `links` found")

    @model_validator(mode="after")
    def _one_kind(self) -> EntryPoint:
        given = [k for k in KINDS if self._address(k) is not None]
        if len(given) != 1:
            msg = f"names {' and '.join(given) or 'no address'}; write exactly one of {', '.join(KINDS)}"
            raise ValueError(msg)
        if given != ["listing"] and (self.links or self.title or self.date):
            msg = "has selectors, which only a listing can have"
            raise ValueError(msg)
        return self

    def _address(self, kind: EntryKind) -> str | None:
        return cast("str | None", getattr(self, "json_" if kind == "json" else kind))

    @property
    def kind(self) -> EntryKind:
        """Which of the four it is."""
        return next(k for k in KINDS if self._address(k) is not None)

    @property
    def url(self) -> str:
        """Its address."""
        return self._address(self.kind) or ""


class Limits(_Part):
    """What a poll may take from the source."""

    articles: int = Field(250, ge=1, le=10_000, description="New articles of one poll; the rest waits for the next")
    age_days: int | None = Field(
        None, ge=1, le=36_500, description="Entries older than this are left out; sitemaps: 30 where not given"
    )
    sitemaps: int = Field(10, ge=1, le=200, description="Sitemaps read of one index, the newest first")


class Extraction(_Part):
    """How the pages of the source are read, where the default does not fit them."""

    mode: Mode = Field(
        "auto", description="`precise`: less that does not belong; `wide`: more, also where it is unsure; `auto`: both"
    )
    filter: bool = Field(True, description="Leave out lines that look like no part of the article")
    repeated: bool = Field(True, description="Leave out lines that stand on other pages of the site, too")
    body: Selector | None = Field(None, description="CSS selector of the elements that hold the text")
    title: Selector | None = Field(None, description="CSS selector of the title")
    date: Selector | None = Field(None, description="CSS selector of the time of publication")
    authors: Selector | None = Field(None, description="CSS selector of the authors")
    remove: tuple[Selector, ...] = Field((), description="CSS selectors of what is taken off the page first")
    other_version: bool = Field(
        True, description="Fetch the AMP or print version of a page that has no text; one more request"
    )

    @property
    def recipe(self) -> Recipe:
        """The same for the extraction."""
        return Recipe(**self.model_dump())


class Checked(_Part):
    """When the addresses of a source were last looked at, by whom, and what was found."""

    day: date = Field(description="When, as 2026-01-31")
    by: str = Field(min_length=1, max_length=200, description="Who: the command, or a name")
    found: str = Field("", max_length=1000, description="What was measured")


class SourceFile(_Part):
    """An outlet as its YAML file says it. The file's name is the source's id."""

    id: str = Field(exclude=True)
    file: Path = Field(Path(), exclude=True)
    base: Path | None = Field(None, exclude=True)  # the shipped file of which `file` changes some keys
    name: str = Field(min_length=1, max_length=200, description="The outlet's name, as digests show it")
    home: WebAddress = Field(description="Its front page")
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$", description="Two capital letters, as KR")
    language: str | None = Field(
        None, pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$", description="Language of its articles, as ko or zh-TW"
    )
    topics: tuple[str, ...] = Field((), description="What it writes about, in words of your choice")
    entry_points: tuple[EntryPoint, ...] = Field(min_length=1, description="Where its new articles are announced")
    every: Annotated[timedelta | None, BeforeValidator(_interval)] = Field(
        None, description="Time between two polls: 15m, 2h, 1d; `auto`, the default, follows what it publishes"
    )
    publisher: str | None = Field(None, description='The organisation that says "we" in its own newsroom')
    enabled: bool = Field(True, description="`false` switches it off, also a shipped one of the same name")
    disabled_because: str | None = Field(None, description="Why it is off; `sources list` shows it")
    paywall: Literal["none", "soft", "hard", "unknown"] = Field("none", description="How much of its articles is free")
    articles: Literal["page", "feed"] = Field(
        "page", description="Where the text is from: the article's page, or title and summary of the entry point alone"
    )
    render: Literal[True, False, "listings"] = Field(
        False, description="Let a browser run the scripts of its articles and listings first, or of its listings "
        "alone; needs `pactwatch[js]`"
    )
    include: Patterns = Field(
        (), description="Only articles whose address fits one of these: `*/tech/*`, or a part of it, as `/tech/`"
    )
    exclude: Patterns = Field((), description="No articles whose address fits one of these; written like `include`")
    strip: Patterns = Field(
        (), description="Parameters of an article's address that name no page, as `from` or `track_*`; `*` is all"
    )
    tags: tuple[str, ...] = Field((), description="Words to group sources by")
    notes: str | None = Field(None, description="A note to yourself")
    limits: Limits = Field(Limits(), description="What a poll may take")
    extract: Extraction = Field(Extraction(), description="How its pages are read")
    quiet: Hours | None = Field(None, description='Hours in which it is not polled, as "22:00-06:00"')
    zone: Zone = Field("UTC", description="Time zone of `quiet`, as Asia/Seoul")
    delay: float | None = Field(
        None, ge=0, le=600, description="Seconds between two requests to its host, instead of `crawl.delay`"
    )
    checked: Checked | None = Field(None, description="The last check; `sources add` and `sources doctor` write it")

    def rests_at(self, moment: datetime) -> bool:
        """Whether the moment is in its quiet hours."""
        if self.quiet is None:
            return False
        begin, end = _between(self.quiet)
        at = moment.astimezone(ZoneInfo(self.zone)).time()
        return begin <= at < end if begin < end else at >= begin or at < end

    def rests_until(self, moment: datetime) -> datetime | None:
        """When the quiet hours end that the moment is in; None where it is in none."""
        if self.quiet is None or not self.rests_at(moment):
            return None
        local = moment.astimezone(ZoneInfo(self.zone))
        end = local.replace(**_clock(_between(self.quiet)[1]))
        return (end if end > local else end + timedelta(days=1)).astimezone(UTC)

    def renders(self, kind: str) -> bool:
        """Whether a browser runs the scripts of an address first: of articles and listings, where the file says so."""
        return kind == "listing" if self.render == "listings" else self.render and kind in {"article", "listing"}

    @property
    def interval(self) -> timedelta | None:
        """The fixed time between two polls; None where it follows what the source publishes."""
        return self.every

    @property
    def entries(self) -> tuple[EntryPoint, ...]:
        """The entry points, under the name that the archive knows."""
        return self.entry_points


def read_source(path: Path, under: Path | None = None) -> SourceFile:
    """The source of a file. A mistake raises SourceFileError with file, line, the bad value and what is allowed.

    `under` is a file of the same name in an earlier folder: where `path` has no `entry_points`, it only changes some
    keys of that one.
    """
    if not ID.fullmatch(path.stem):
        raise SourceFileError(
            f"the name {path.stem!r} cannot be an id; use small letters, digits, '-', '_' and '.'", file=str(path)
        )
    data = _keys_of(path)
    base = under if under and "entry_points" not in data else None
    whole = _keys_of(base) | data if base else data
    try:
        return SourceFile.model_validate({**whole, "id": path.stem, "file": path, "base": base})
    except ValidationError as failure:
        raise _explain(failure, path) from failure


def _keys_of(path: Path) -> dict[str, Any]:
    data = yamlfile.load(path, error=SourceFileError)
    if not isinstance(data, dict):
        raise SourceFileError("is not a table of keys and values", file=str(path), line=1)
    if clash := _OURS & data.keys():
        raise SourceFileError(
            f"unknown key {min(clash)!r}; the file's name is the id",
            file=str(path),
            line=yamlfile.line_of(path, [min(clash)]),
        )
    return data


def _explain(failure: ValidationError, path: Path) -> SourceFileError:
    """The first mistake as one line."""
    first: Any = failure.errors(include_url=False)[0]
    where = [part for part in first["loc"] if not str(part).startswith("function-")]
    dotted = ".".join(str(part) for part in where)
    if first["type"] == "extra_forbidden":
        parts: dict[str, type[BaseModel]] = {"limits": Limits, "entry_points": EntryPoint, "checked": Checked,
                                             "extract": Extraction}
        model = parts.get(str(where[0]), SourceFile) if len(where) > 1 else SourceFile
        allowed = sorted(f.alias or n for n, f in model.model_fields.items() if n not in _OURS)
        problem = f"unknown key {dotted!r}; allowed: {', '.join(allowed)}"
    elif first["type"] == "missing":
        problem = f"the key {dotted!r} is missing"
    else:
        given = first.get("input")
        value = "" if isinstance(given, dict | list | EntryPoint) else f" {given!r}"
        said = first["msg"].removeprefix("Value error, ").replace("True, False", "true, false")  # as YAML writes them
        problem = f"{dotted}{value}: {said}"
    return SourceFileError(problem, file=str(path), line=yamlfile.line_of(path, where))
