"""What a hostile case is: what is served, and what must come of it. Cases are data; `{base}` stands for the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.outlet_server import Asked, Reply, Route

FEED = "application/rss+xml"


@dataclass(frozen=True)
class Seen:
    """What stands in the archive about one source after a pass, and what its site was asked for."""

    polls: list[tuple[str, str]]                      # outcome and reason of each poll so far
    addresses: dict[str, tuple[str, str, str]]        # path -> state, outcome, reason
    articles: list[dict[str, Any]]
    versions: int
    hits: list[dict[str, Any]]
    alerts: int
    asked: list[str]

    @property
    def titles(self) -> list[str]:
        """Titles of the stored articles, sorted."""
        return sorted(a["title"] for a in self.articles)

    @property
    def outcomes(self) -> dict[str, str]:
        """Outcome by path."""
        return {path: row[1] for path, row in self.addresses.items()}


Check = Callable[[Sequence[Seen]], None]


@dataclass(frozen=True)
class Case:
    """A site, the passes over it, and the expectation.

    `serves` are the routes of the first pass; each of `then` changes them before a further one (None: gone).
    `stored` are the titles in the archive at the end, `poll` the outcome of the first poll, `outcomes` those of
    single addresses. `check` looks at what was seen after each pass.
    """

    group: str
    name: str
    serves: Mapping[str, Any]
    stored: Sequence[str] | None = None
    poll: str | None = "ok"
    outcomes: Mapping[str, str] = field(default_factory=dict)
    then: Sequence[Mapping[str, Any]] = ()
    check: Check | None = None
    entry: str = "feed: {base}/feed"
    more: str = ""
    hosts: int = 1                                    # further sites, as {base2} …
    outlets: bool = False                             # each site is a source of its own

    @property
    def id(self) -> str:
        """As the test's id shows it."""
        return f"{self.group}: {self.name}"


def filled(reply: Any, bases: Mapping[str, str]) -> Route:
    """The reply with the sites' addresses in place of {base}."""
    if callable(reply):
        def later(asked: Asked) -> Reply:
            return filled(reply(asked), bases)  # type: ignore[return-value]
        return later
    if not isinstance(reply, Reply):
        reply = Reply(reply)
    body = reply.body
    for name, base in bases.items():
        mark = "{" + name + "}"
        if isinstance(body, str):
            body = body.replace(mark, base)
        else:
            for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
                body = body.replace(mark.encode(encoding), base.encode(encoding))
    headers = reply.headers
    for name, base in bases.items():
        headers = {key: value.replace("{" + name + "}", base) for key, value in headers.items()}
    return Reply(body, reply.kind, reply.status, headers)
