"""The address guard: which addresses may be connected to."""

from __future__ import annotations

import pytest

from core.errors import SkipDocument
from scrapers.guard import AddressGuard, GuardedReactor

# fmt: off
INNER = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1", "::", "::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1",
    "100::1",
]
# fmt: on


@pytest.mark.parametrize("address", INNER)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not AddressGuard().permits(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "172.32.0.1", "100.128.0.1"],
)
def test_public_addresses_pass(address: str) -> None:
    assert AddressGuard().permits(address)


@pytest.mark.parametrize("name", ["localhost", "example.org", "", "127.1", "0x7f.1", "2130706433"])
def test_a_name_is_never_connected_to_without_being_resolved(name: str) -> None:
    assert not AddressGuard(["0.0.0.0/0"]).permits(name)


def test_allowed_networks_are_exceptions_and_nothing_else_is() -> None:
    guard = AddressGuard(["127.0.0.0/8", "fd00::/8"])
    assert guard.permits("127.0.0.1")
    assert guard.permits("::ffff:127.0.0.1")
    assert guard.permits("fd12::1")
    assert not guard.permits("10.0.0.1")
    assert not guard.permits("::1")


def test_the_reactor_connects_only_where_the_guard_permits() -> None:
    class Reactor:
        def __init__(self) -> None:
            self.connected: list[tuple[str, int]] = []

        def connectTCP(self, host: str, port: int, *_: object) -> None:  # noqa: N802
            self.connected.append((host, port))

    inner = Reactor()
    guarded = GuardedReactor(inner, AddressGuard())
    guarded.connectTCP("8.8.8.8", 443, None)
    with pytest.raises(SkipDocument) as caught:
        guarded.connectTCP("127.0.0.1", 80, None)
    assert caught.value.outcome == "blocked_address"
    assert inner.connected == [("8.8.8.8", 443)]
