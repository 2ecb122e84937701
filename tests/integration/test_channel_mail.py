"""E-mail by a real SMTP server on loopback: HTML and text, each mail once, and what the server says told in words."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy.engine import Engine

from alerts.tick import tick
from archive import routes
from archive.engine import reading, writing
from archive.tables import Delivery
from core.records import EventStatus
from core.settings import Settings
from tests.mail_server import MailServer
from tests.stories import add_hit

NOW = datetime.now(UTC)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def settings_for(server: MailServer, **values: Any) -> Settings:
    email = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout": 2,
             "sender": "Pactwatch <news@example.org>", **values}
    return Settings(home=Path(), email=email, routes=[
        {"name": "now", "channel": "email:desk@example.org", "send": "immediate"}])


def deliver(engine: Engine, settings: Settings) -> Any:
    with writing(engine) as connection:
        connection.execute(sa.update(Delivery).values(next_try_at=None))
    return tick(engine, settings, datetime.now(UTC))


def stopped(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(routes.overview(connection, NOW)[0]["stopped_reason"])


def test_a_mail_has_a_subject_a_text_and_a_page(sqlite_engine: Engine, server: MailServer) -> None:
    settings = settings_for(server)
    add_hit(sqlite_engine, settings.routes, NOW, title="삼성전자와 SK텔레콤, AI <동맹>")
    assert deliver(sqlite_engine, settings).sent == 1
    (mail,) = server.mails
    assert mail["Subject"] == "Pactwatch: Aurora Chips ↔ Borealis Telecom · partnership · announced · AI"
    assert (mail["From"], mail["To"]) == ("Pactwatch <news@example.org>", "desk@example.org")
    assert mail["Auto-Submitted"] == "auto-generated"
    text, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    assert "“Aurora Chips and Borealis Telecom will join forces" in text.get_content()
    assert "<b>Aurora Chips</b> and <b>Borealis Telecom</b>" in page.get_content()
    assert "AI &lt;동맹&gt;" in page.get_content()
    assert server.senders == ["news@example.org"]


def test_later_news_answers_the_first_mail_of_its_story(sqlite_engine: Engine, server: MailServer) -> None:
    settings = settings_for(server)
    _, story = add_hit(sqlite_engine, settings.routes, NOW)
    add_hit(sqlite_engine, settings.routes, NOW, story=story, status=EventStatus.DENIED)
    assert deliver(sqlite_engine, settings).sent == 2
    first, second = server.mails
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize("answer", [("rcpt", "450 try later"), ("data", "451 try later"), ("rcpt", "drop")], ids=str)
def test_what_fails_before_the_server_has_the_mail_is_tried_again(
        sqlite_engine: Engine, server: MailServer, answer: tuple[str, str]) -> None:
    settings = settings_for(server)
    add_hit(sqlite_engine, settings.routes, NOW)
    server.answers.append(answer)
    assert deliver(sqlite_engine, settings).pending == 1
    assert deliver(sqlite_engine, settings).sent == 1
    assert len(server.mails) == 1


def test_a_server_that_took_the_mail_and_fell_silent_leaves_it_possibly_sent(
        sqlite_engine: Engine, server: MailServer) -> None:
    settings = settings_for(server)
    add_hit(sqlite_engine, settings.routes, NOW)
    server.answers.append(("data", "drop"))
    assert deliver(sqlite_engine, settings).possibly_sent == 1
    assert len(server.mails) == 1
    with reading(sqlite_engine) as connection:
        assert "did not say whether it took the message" in connection.scalars(sa.select(Delivery.error)).one()


def test_an_address_that_is_refused_stops_the_route_and_a_mail_that_is_refused_fails(
        sqlite_engine: Engine, server: MailServer) -> None:
    settings = settings_for(server)
    for _ in range(2):
        add_hit(sqlite_engine, settings.routes, NOW)
    server.answers.append(("rcpt", "550 no such mailbox"))
    assert deliver(sqlite_engine, settings).pending == 2
    assert "no such mailbox" in stopped(sqlite_engine)
    server.answers.append(("data", "552 too large"))
    counts = deliver(sqlite_engine, settings)
    assert (counts.sent, counts.failed) == (1, 1)


def test_without_a_server_the_route_says_which_setting_is_missing(sqlite_engine: Engine, server: MailServer) -> None:
    settings = settings_for(server, host="")
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).pending == 1
    assert "email.host" in stopped(sqlite_engine)


def test_a_server_that_is_not_there_is_waited_for(sqlite_engine: Engine) -> None:
    with MailServer() as gone:
        settings = settings_for(gone)
    add_hit(sqlite_engine, settings.routes, NOW)
    assert deliver(sqlite_engine, settings).pending == 1
    with reading(sqlite_engine) as connection:
        assert connection.scalars(sa.select(Delivery.state)).all() == ["pending"]


@pytest.mark.parametrize(("given", "sent"), [("right", 1), ("wrong", 0)])
def test_the_server_may_ask_for_a_password(sqlite_engine: Engine, given: str, sent: int) -> None:
    with MailServer(password="right") as server:
        settings = settings_for(server, user="news", password=given)
        add_hit(sqlite_engine, settings.routes, NOW)
        assert deliver(sqlite_engine, settings).sent == sent
    if not sent:
        assert "email.password_file" in stopped(sqlite_engine)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("trusted", [True, False])
def test_the_servers_certificate_is_checked(
        sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str, trusted: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    with MailServer(tls=context, starttls=security == "starttls") as server:
        settings = settings_for(server, security=security, host="localhost")
        add_hit(sqlite_engine, settings.routes, NOW)
        assert deliver(sqlite_engine, settings).sent == trusted
    if not trusted:
        assert "is not accepted" in stopped(sqlite_engine)


def certificate(folder: Path) -> Path:
    """A certificate for localhost, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(NOW - dt.timedelta(days=1)).not_valid_after(NOW + dt.timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
    file = folder / "server.pem"
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()) + made.public_bytes(serialization.Encoding.PEM))
    return file
