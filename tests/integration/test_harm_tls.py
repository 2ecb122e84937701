"""Encryption that is wrong ends in a named outcome with a reason that a person understands; what is right is read."""

from __future__ import annotations

import sqlite3
import ssl
from contextlib import closing
from pathlib import Path

import pytest

from tests.harm_pass import Pass, run, shared, source
from tests.harm_server import Host, article, feed, http, serving
from tests.harm_tls import DAY, Authority, Raw, demanding, drips, old, says, shakes_hands, silence

NO_TLS = "does not speak TLS"
# Each case with the outcome and a part of the reason. A name stands for an address through the names of the pass.
ENDS = {
    "good": ("ok", ""),
    "expired": ("tls_error", "has expired"),
    "early": ("tls_error", "not valid yet"),
    "other": ("tls_error", "for another host"),
    "itself": ("tls_error", "signed by itself"),
    "stranger": ("tls_error", "an authority that is not trusted"),
    "old": ("tls_error", "not safe any more"),
    "demands-12": ("tls_error", ""),
    "demands-13": ("tls_error", "asks for a certificate of ours"),
    "plain": ("tls_error", NO_TLS),
    "greeting": ("tls_error", NO_TLS),
    "silent": ("timeout", "robots.txt cannot be read: the TLS handshake did not end in time"),
    "dripping": ("timeout", "robots.txt cannot be read: the TLS handshake did not end in time"),
    "closes": ("connection_error", ""),
    "plain-to-tls": ("connection_error", ""),
    "leads-to-expired": ("tls_error", "has expired"),
}


def _hosts(folder: Path, trusted: Authority) -> dict[str, Host]:
    stranger = Authority(folder, "a stranger")
    tls = {
        "good": trusted.server("good.test"),
        "expired": trusted.server("expired.test", -2 * DAY, -DAY),
        "early": trusted.server("early.test", DAY, 2 * DAY),
        "other": trusted.server("good.test"),
        "itself": trusted.server("itself.test", by_itself=True),
        "stranger": stranger.server("stranger.test"),
    }
    talks = {
        "old": shakes_hands(old(trusted.server("old.test"))),
        "demands-12": shakes_hands(demanding(trusted.server("demands-12.test"), ssl.TLSVersion.TLSv1_2)),
        "demands-13": shakes_hands(demanding(trusted.server("demands-13.test"), ssl.TLSVersion.TLSv1_3)),
        "plain": says(http("a page", "400 Bad Request")),
        "greeting": says(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "silent": silence,
        "dripping": drips(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 0.2),
        "closes": says(b""),
    }
    hosts: dict[str, Host] = {name: Host("", {}, tls=context) for name, context in tls.items()}
    hosts |= {name: Raw("", {}, talk=talk) for name, talk in talks.items()}
    hosts["plain-to-tls"] = Raw("", {}, tls=trusted.server("plain-to-tls.test"), says_https=False)
    hosts["leads-to-expired"] = Host("", {})
    for number, host in enumerate(hosts.values(), 1):
        host.address = f"127.20.7.{number}"
    return hosts


def _serve(hosts: dict[str, Host]) -> None:
    for name, host in hosts.items():
        base = host.base.replace(host.address, f"{name}.test")
        host.serves = {"/entry": feed(base + "/a"), "/a": http(article(f"News of {name}"))}
    bad = hosts["expired"].base.replace(hosts["expired"].address, "expired.test")
    hosts["leads-to-expired"].serves = {"/entry": http(status="302 Found", Location=bad + "/entry")}


def _pass(home: Path) -> Pass:
    folder = home / "keys"
    folder.mkdir()
    trusted = Authority(folder)
    hosts = _hosts(folder, trusted)
    with serving(list(hosts.values())):
        _serve(hosts)
        for name, host in hosts.items():
            source(home, name, "feed", host.base.replace(host.address, f"{name}.test") + "/entry")
        names = {f"{name}.test": [[host.address]] for name, host in hosts.items()}
        result = run(home, "run", "--all", "--json", names=names, environ={"SSL_CERT_FILE": str(trusted.file)})
    with closing(sqlite3.connect(home / "data" / "pactwatch.db")) as database:
        for name, outcome, reason in database.execute("SELECT source_id, outcome, reason FROM entry_points"):
            result.found[name] = (outcome, reason or "")
        result.titles = [title for (title,) in database.execute("SELECT title FROM articles")]
    return result


@pytest.fixture(scope="session")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Pass:
    return shared("harm-tls", tmp_path_factory, _pass)


@pytest.mark.parametrize("name", ENDS)
def test_wrong_encryption_is_named(name: str, encrypted: Pass) -> None:
    outcome, reason = encrypted.found[name]
    assert (outcome, ENDS[name][1] in reason) == (ENDS[name][0], True), (outcome, reason)


def test_a_chain_to_an_authority_of_ones_own_is_read_and_no_other_page(encrypted: Pass) -> None:
    assert encrypted.titles == ["News of good"]
    assert encrypted.code == 0, encrypted.errors
    assert "Traceback" not in encrypted.errors
