"""What every page needs: the archive, the workspace, the keys, and what the application does for the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from fastapi import Request

from archive.engine import Connection, Engine, reading, writing
from core.settings import Settings
from core.workspace import Workspace
from pipeline.entities import Gazetteer
from pipeline.knowledge import Knowledge
from web.access import Keys, Visitor
from web.guard import Door
from web.tools import Tools
from web.watch import Watch


@dataclass
class Site:
    """A workspace as it is shown. `keys` say who may come in, `tools` do what only the application can, `watch` is for
    monitors.
    """

    space: Workspace
    engine: Engine
    tools: Tools
    keys: Keys
    watch: Watch = field(kw_only=True)
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door.of(self.settings.web.host, self.settings.web.public_url)

    @property
    def settings(self) -> Settings:
        """The settings of the workspace."""
        return self.space.settings

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown: that of the first route."""
        return self.settings.routes[0].tz if self.settings.routes else ZoneInfo("UTC")

    @property
    def knowledge(self) -> Knowledge:
        """The organisations, topics and frames; read when something first asks."""
        return self.tools.knowledge()

    @property
    def gazetteer(self) -> Gazetteer:
        """The names of organisations."""
        return self.knowledge.gazetteer

    def aliases(self, name: str) -> Sequence[str]:
        """The canonical names that an `org:` value means."""
        return sorted(self.gazetteer.wanted(name))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries."""
        with reading(self.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose transaction is committed at the end."""
        with writing(self.engine) as connection:
            yield connection


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site


def visitor_of(request: Request) -> Visitor:
    """Who asks."""
    visitor: Visitor = request.state.visitor
    return visitor
