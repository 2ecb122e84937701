"""For monitors: `/metrics`, and the two questions of a supervisor, `/healthz` and `/readyz`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cached_property

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from archive.engine import Engine, refused
from archive.migrate import HEAD, current
from core.errors import PactwatchError
from core.logs import get_logger
from core.settings import Settings
from core.threads import in_thread
from web.figures import Exposition

log = get_logger("watch")
PATIENCE_S = 3.0                         # a supervisor asks every few seconds, and gives up soon
Check = Callable[[], str | None]         # what is wrong, in some words; None where nothing is


class Watch:
    """What a process shows to monitors. `checks` are its own, beside those of the database.

    `with_archive` leaves the figures of the archive out where another process shows them: many workers read it once.
    """

    def __init__(self, settings: Settings, engine: Engine, checks: Mapping[str, Check] | None = None, *,
                 with_archive: bool = True) -> None:
        self._settings, self._engine, self._checks = settings, engine, checks or {}
        self._with_archive = with_archive
        self._told: list[str] = []
        self._looking: asyncio.Future[list[str]] | None = None

    @cached_property
    def exposition(self) -> Exposition:
        """The figures; made when a monitor first asks."""
        return Exposition(self._settings, self._engine if self._with_archive else None)

    def routes(self) -> list[BaseRoute]:
        """The three addresses."""
        return [Route("/healthz", _alive), Route("/readyz", self._ready), Route("/metrics", self._metrics)]

    async def _metrics(self, request: Request) -> Response:
        content, kind = await in_thread(self._figures, request.headers.get("accept", ""))
        return Response(content, headers={"Content-Type": kind})

    def _figures(self, accept: str) -> tuple[bytes, str]:
        return self.exposition.answer(accept)

    async def _ready(self, _request: Request) -> Response:
        wrong = await self.problems()
        if wrong != self._told:          # a supervisor asks again and again: only a change is worth a line
            self._told = wrong
            log.warning("not ready", problems=wrong) if wrong else log.info("ready again")
        return PlainTextResponse("".join(f"{line}\n" for line in wrong), 503) if wrong else PlainTextResponse("ok\n")

    async def problems(self) -> list[str]:
        """A line for each check that fails. One look at a time: a database that hangs is not asked over and over."""
        wrong = [f"{name}: {said}" for name, check in self._checks.items() if (said := check())]
        if self._looking is None:
            self._looking = asyncio.ensure_future(in_thread(self._look_at_database))
            self._looking.add_done_callback(self._looked)
        try:
            return await asyncio.wait_for(asyncio.shield(self._looking), PATIENCE_S) + wrong
        except TimeoutError:
            return [f"database: no answer in {PATIENCE_S:g} s", *wrong]

    def _looked(self, look: asyncio.Future[list[str]]) -> None:
        self._looking = None
        if not look.cancelled():
            look.exception()             # whoever waits for it gets it

    def _look_at_database(self) -> list[str]:
        """What is wrong with it, without names of hosts and accounts: the asker may be anybody."""
        try:
            found = current(self._engine)
        except (refused, PactwatchError) as failure:
            log.debug("database does not answer", problem=str(failure))
            return ["database: it cannot be read"]
        if found == HEAD:
            return []
        named = f"the database is at revision {found or 'none'}, this Pactwatch needs {HEAD}"
        return [f"schema: {named}; run `pactwatch db upgrade`, or install the version that made it"]


async def _alive(_request: Request) -> Response:
    """The process answers. Nothing else is looked at: a restart would not mend it."""
    return PlainTextResponse("ok\n")
