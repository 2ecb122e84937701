"""The address guard: no connection to loopback, private or reserved addresses, whatever name or redirect leads there.

It sits where a connection is made, after names are resolved, and sees the very address that is connected to. So a
name that answers differently the second time (DNS rebinding), a number in decimal or octal notation, an IPv4 address
inside an IPv6 one, and every hop of a redirect are all caught by the same check.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from twisted.internet.interfaces import IReactorPluggableNameResolver
from zope.interface import implementer

from core.errors import SkipDocument

_Network = IPv4Network | IPv6Network
# IPv6 ranges that carry an IPv4 address in their last 32 bits.
_CARRIERS = tuple(
    IPv6Network(n) for n in ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")
)
# Not global by their registries, and not all known to Python's ipaddress of every version.
_REFUSED = tuple(
    ip_network(n)
    for n in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fec0::/10",
    )
)


class AddressGuard:
    """Decides which addresses may be connected to: public ones, and those of the allowed networks."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._allowed: tuple[_Network, ...] = tuple(ip_network(n, strict=False) for n in allow)
        self.permits = lru_cache(maxsize=4096)(self._permits)

    def _permits(self, address: str) -> bool:
        """Whether this literal address may be connected to; a name never may."""
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(self._is_allowed(i) for i in _meanings(ip)) or all(_is_public(i) for i in _meanings(ip))

    def _is_allowed(self, ip: IPv4Address | IPv6Address) -> bool:
        return any(ip.version == network.version and ip in network for network in self._allowed)


def _meanings(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, or the IPv4 address that it carries."""
    if isinstance(ip, IPv6Address) and int(ip) > 1 and any(ip in carrier for carrier in _CARRIERS):
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip]


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_unspecified:
        return False
    return not any(ip.version == network.version and ip in network for network in _REFUSED)


@implementer(IReactorPluggableNameResolver)
class GuardedReactor:
    """The reactor with a guard before each TCP connection. Everything else is the reactor's own."""

    def __init__(self, reactor: Any, guard: AddressGuard) -> None:
        self._reactor = reactor
        self._guard = guard

    def connectTCP(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:  # noqa: N802 - Twisted's name
        """Connect to a resolved address, or raise SkipDocument: blocked_address."""
        if not self._guard.permits(host):
            raise SkipDocument(f"{host} is not a public address", outcome="blocked_address")
        return self._reactor.connectTCP(host, port, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)
