"""The catalogue as it is now; read again only when a file changed, for reading hundreds of files each time costs."""

from __future__ import annotations

from collections.abc import Mapping

from core.logs import get_logger
from core.workspace import Workspace
from pactwatch.files import fingerprint
from scrapers.catalogue import load_sources
from scrapers.source import SourceFile

log = get_logger("sources")


class Present:
    """Gives the sources as they are; the same object as long as no file changes."""

    def __init__(self, space: Workspace) -> None:
        self._space = space
        self._files = fingerprint(())
        self._sources: dict[str, SourceFile] = {}

    def __call__(self) -> Mapping[str, SourceFile]:
        """The sources."""
        files = fingerprint(self._space.source_dirs)
        if files != self._files:
            self._sources, broken = load_sources(self._space.source_dirs)
            self._files = files
            log.info("sources read", sources=len(self._sources), broken=len(broken))
            for failure in broken:
                log.error("source file is wrong", problem=str(failure))
        return self._sources
