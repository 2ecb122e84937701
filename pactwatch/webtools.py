"""The application as the web sees it: it looks at outlets, tries rules on the archive, sends."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts.clicks import settle_all
from alerts.deliver import Courier
from archive.engine import Connection, Engine
from core.clock import now
from core.errors import NotFoundError, PactwatchError, RetryLater
from core.logs import get_logger
from core.records import Band
from core.workspace import Workspace
from pactwatch import adding
from pactwatch.bands import Bands
from pactwatch.files import fingerprint
from pactwatch.listings import rule_rows, source_row, source_rows
from pactwatch.loop import in_thread
from pactwatch.replay import Window, try_rule
from pactwatch.scout import file_of, nothing_found
from pactwatch.testsend import send_test
from pactwatch.tryouts import difference, forecast
from pipeline.knowledge import Knowledge, load_knowledge
from pipeline.rulebook import Rule
from scrapers.catalogue import load_sources
from scrapers.source import SourceFile
from scrapers.switch import switch
from web.access import Keys
from web.site import Site
from web.tools import Proposal
from web.watch import Watch

log = get_logger("web")


Load = Callable[..., Knowledge]


def site_of(
    space: Workspace, engine: Engine, load: Load = load_knowledge, *, watch: Watch | None = None
) -> Site:
    """The site of a workspace. `load` reads the knowledge, `watch` is what this process shows to monitors."""
    return Site(space, engine, Application(space, engine, load), Keys.of(space.settings, _account()),
                watch=watch or Watch(space.settings, engine))


def _account() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):                    # a container's user need not have a name
        return None


class Application:
    """Implements `web.tools.Tools`."""

    def __init__(self, space: Workspace, engine: Engine, load: Load = load_knowledge) -> None:
        self._space, self._engine, self._load = space, engine, load
        self._reading = threading.Lock()
        self._knowledge: tuple[object, Knowledge] | None = None
        self._trying = threading.Lock()            # a try reads the archive for seconds; one at a time is enough
        self._bands: tuple[object, Bands] | None = None
        self._sources: tuple[object, dict[str, SourceFile]] | None = None

    def get_ready(self) -> None:
        """Read the files that pages need, so that the first of them need not."""
        self._present_sources()
        self._present_bands()
        self.knowledge()

    def bands(self, connection: Connection, ids: Sequence[int]) -> Mapping[int, Band]:
        """The highest band of each article that has one."""
        return self._present_bands().of_articles(connection, ids) if ids else {}

    def band_of_hit(self, rule: str, score: float) -> Band:
        """The band of a stored hit."""
        return self._present_bands().of_hit(rule, score)

    def knowledge(self) -> Knowledge:
        """The knowledge; read when something first asks, and again when a file changed."""
        files = fingerprint(self._space.knowledge_dirs)
        with self._reading:                        # it takes a second: once is enough for all who wait
            if self._knowledge is None or self._knowledge[0] != files:
                self._knowledge = files, self._load(*self._space.knowledge_dirs)
            return self._knowledge[1]

    def _present_bands(self) -> Bands:
        """The rules in force; read again only when a file changed."""
        files = fingerprint(self._space.rule_dirs)
        if self._bands is None or self._bands[0] != files:
            self._bands = files, Bands(self._space)
        return self._bands[1]

    def _present_sources(self) -> dict[str, SourceFile]:
        files = fingerprint(self._space.source_dirs)
        if self._sources is None or self._sources[0] != files:
            self._sources = files, load_sources(self._space.source_dirs)[0]
        return self._sources[1]

    def rules(self, connection: Connection) -> list[dict[str, Any]]:
        """Every rule with how it goes."""
        return rule_rows(self._space, connection)

    def sources(self, connection: Connection) -> list[dict[str, Any]]:
        """Every source with how it goes."""
        return source_rows(self._present_sources(), connection)

    def source(self, connection: Connection, id_: str) -> dict[str, Any] | None:
        """One source with how it goes."""
        file = self._present_sources().get(id_)
        return None if file is None else source_row(id_, file, connection)

    def try_rule(self, rule: Rule, days: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Judge the articles of the last days. Nothing is written and nothing is sent."""
        if not self._trying.acquire(timeout=60):
            raise RetryLater("another rule is being tried; try again when that is done")
        try:
            first = now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
            window = Window(first)
            tried = try_rule(self._engine, rule, self.knowledge(), window)
            return (difference(self._engine, rule, tried, window),
                    forecast(self._engine, rule, tried, first.date(), days))
        finally:
            self._trying.release()

    async def scout(self, url: str) -> Proposal:
        """Look at an outlet, politely, and propose its file."""
        sources = await in_thread(self._present_sources)
        await in_thread(adding.refuse_closed, self._engine, adding.address_of(url), sources)
        result = await adding.look_at(self._space, self._engine, url)
        text = file_of(result) if result.chosen else ""
        problem = None if result.chosen else f"no entry point for {url}: {nothing_found(result)}"
        return Proposal(adding.proposed_id(result), text, adding.facts_of(result, text),
                        adding.known_as(result, sources), problem)

    def add_source(self, id_: str, text: str) -> Path:
        """Write a source's file."""
        adding.check_id(id_, "the name")
        adding.refuse_known(self._space.home, id_, load_sources(self._space.source_dirs)[0])
        path = self._space.home / "sources" / f"{id_}.yaml"
        adding.write(path, text)
        return path

    def switch_source(self, id_: str, *, on: bool) -> None:
        """Write `enabled:` into a source's file in the workspace."""
        sources = load_sources(self._space.source_dirs)[0]
        if id_ not in sources:
            raise NotFoundError(f"no source is named {id_[:80]!r}")
        switch(self._space.home / "sources", sources[id_], on=on)

    def send_test(self, route: str) -> dict[str, Any]:
        """Send one message past the outbox."""
        return send_test(self._space.settings, route)

    def deliver(self) -> None:
        """Send what is due; whoever else sends now, each message goes out once."""
        try:
            Courier(self._engine, self._space.settings).deliver()
        except PactwatchError as failure:          # nobody waits for it; what waits is tried again by whoever serves
            log.warning("delivering failed", problem=str(failure))

    def settle(self) -> None:
        """Take in the clicks that a service could not write down."""
        settle_all(self._engine, self._space.home, self._space.settings.alerts.mute_days)
