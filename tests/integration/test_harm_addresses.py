"""The address guard against every way inside that we know: nothing reaches the canary."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.harm_pass import Pass, run, shared, source
from tests.harm_server import Host, article, http, serving
from tests.harm_ssrf import NAMES, WAYS, Way, host_of


def _all_ways(home: Path) -> Pass:
    canaries = [Host("127.0.0.1", {"*": http(article())}), Host("::1", {"*": http(article())})]
    with serving(canaries[:1]):
        port = canaries[0].port
        hosts = [host_of(way, number, port) for number, way in enumerate(WAYS)]
        # A public host on the canary's port, so that a name may change from one to the other.
        decoy = Host("127.20.9.9", {"*": http("not here", "404 Not Found")})
        with serving([canaries[1], decoy], {"::1": port, decoy.address: port}), serving(hosts):
            for number, (way, host) in enumerate(zip(WAYS, hosts, strict=True)):
                inner = way.name.removeprefix("feed at ")
                at = host.base if inner == way.name else f"http://{inner}:{port}"
                source(home, f"way-{number}", way.kind, at + "/entry")
            result = run(home, "run", "--all", "--json", names=NAMES)
    with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as database:
        for number, way in enumerate(WAYS):
            for table in ("entry_points", "addresses"):  # an address that several ways share belongs to one of them
                for ended, reason in database.execute(
                    f"SELECT outcome, reason FROM {table} WHERE source_id = ? ORDER BY id DESC", (f"way-{number}",)
                ):
                    result.found[way.id] = (ended or "none", reason or "")
        rows = database.execute("SELECT url, outcome FROM addresses WHERE url LIKE ?", (f"%:{port}/%",)).fetchall()
        result.found.update({f"address {url}": (ended or "none", "") for url, ended in rows})
    result.titles = [f"{host.address} {path}" for host in canaries for path in host.paths()]
    return result


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Pass:
    return shared("harm-addresses", tmp_path_factory, _all_ways)


def test_no_way_reaches_an_address_inside(outcome: Pass) -> None:
    assert outcome.titles == []
    assert outcome.code == 0, outcome.errors
    assert len(WAYS) >= 80


REFUSED = {"blocked_address", "dns_error", "empty", "http_error", "connection_error", "tls_error", "not_a_feed"}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.id)
def test_a_way_inside_ends_in_a_named_outcome(way: Way, outcome: Pass) -> None:
    found, reason = outcome.found[way.id]
    # A way whose address another way listed, too, shows how its entry point was read.
    assert found in {"ok", *REFUSED}, reason


def test_every_address_inside_is_refused_by_name(outcome: Pass) -> None:
    inner = {key: found for key, (found, _) in outcome.found.items() if key.startswith("address ")}
    assert len(inner) >= 30
    assert set(inner.values()) <= REFUSED, inner


def test_nothing_secret_stands_in_what_is_told(outcome: Pass) -> None:
    assert "Traceback" not in outcome.errors + outcome.output
