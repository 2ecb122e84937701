"""Whose page an address is: the source of the catalogue whose host it has."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from core.captures import Outlet
from scrapers.source import SourceFile

_MAIN = ("www.", "m.", "mobile.", "amp.")


class Outlets:
    """Finds the source of an address by the hosts of its home and its entry points.

    A page belongs to a source whose home has the same host, or a host above it: `biz.example.com` belongs to
    `www.example.com`. The host of an entry point counts by itself, unless several sources share it. Where several
    homes have one host, the one decides whose path the page's path begins with, the longest first.
    """

    def __init__(self, sources: Iterable[SourceFile], *, others: bool = False) -> None:
        """`others`: a host that belongs to no source is a source of its own."""
        self._others = others
        self._homes: dict[str, list[tuple[str, Outlet]]] = {}
        points: dict[str, dict[str, Outlet]] = {}
        for source in sorted(sources, key=lambda s: s.id):
            outlet = Outlet(source.id, source.name, source.language, source.publisher, source.extract.recipe,
                            source.country)
            home = urlsplit(source.home)
            self._homes.setdefault(_host(source.home), []).append((home.path.rstrip("/"), outlet))
            for entry in source.entry_points:
                points.setdefault(_host(entry.url), {})[source.id] = outlet
        self._points = {host: next(iter(of.values())) for host, of in points.items() if len(of) == 1}
        for homes in self._homes.values():
            homes.sort(key=lambda home: -len(home[0]))

    def of(self, url: str) -> Outlet | None:
        """The outlet of a canonical address."""
        host = _host(url)
        if homes := self._homes.get(host):
            return _by_path(homes, url)
        if outlet := self._points.get(host):
            return outlet
        above = host
        while "." in above:
            above = above.partition(".")[2]
            if homes := self._homes.get(above):
                return _by_path(homes, url)
        return Outlet(host, host) if self._others and host else None

    def known_hosts(self) -> list[str]:
        """What decides, in a fixed order: hosts, paths and sources."""
        return sorted([f"{host}{path} {outlet.source_id}" for host, homes in self._homes.items() for path, outlet in
                       homes] + [f"{host} {outlet.source_id}" for host, outlet in self._points.items()])


def _host(url: str) -> str:
    host = (urlsplit(url).hostname or "").lower()
    for prefix in _MAIN:
        if host.startswith(prefix) and "." in host.removeprefix(prefix):
            return host.removeprefix(prefix)
    return host


def _by_path(homes: list[tuple[str, Outlet]], url: str) -> Outlet:
    path = urlsplit(url).path
    return next((outlet for home, outlet in homes if path == home or path.startswith(home + "/")), homes[-1][1])
