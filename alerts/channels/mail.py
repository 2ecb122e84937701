"""E-mail by SMTP, as HTML and as text.

A server that took the message and then fell silent may have sent it: such a message ends as possibly sent. Everything
that goes wrong before the server has the whole message is tried again. Follow-ups answer the first mail of their story.
"""

from __future__ import annotations

import contextlib
import hashlib
import smtplib
import socket
import ssl
from dataclasses import asdict
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import NoReturn

from alerts import chart
from alerts.channels.base import Forgetful, Payload, Post, Posted
from alerts.html import PICTURE, page
from alerts.message import Message, Picture
from alerts.plain import plain
from alerts.text import clean, shorten
from core import clock
from core.errors import DisableRoute, RetryLater, SkipDocument, UnclearDelivery
from core.settings import EmailSettings, Settings

_CALLS = 8                               # answers of the server that one message waits for


def open_channel(name: str, settings: Settings) -> EmailChannel:
    """The mailbox of a route, by the workspace's mail server."""
    return EmailChannel(name.removeprefix("email:"), settings.email, settings.email_password())


class EmailChannel(Forgetful):
    """One address that gets mail."""

    form = "email"
    pace = 0.2

    def __init__(self, address: str, settings: EmailSettings, password: str | None) -> None:
        if not settings.host or not settings.sender:
            raise DisableRoute("there is no mail server; set email.host and email.sender")
        self._to, self._settings, self._password = address, settings, password
        self._sender = _address(settings.sender)
        self.timeout = settings.timeout * _CALLS

    def render(self, message: Message) -> list[Payload]:
        """The message as a subject, a text and a page."""
        name = "" if message.title.startswith("Digest") else "Pactwatch: "
        payload: Payload = {"subject": shorten(name + clean(message.subject), 200), "text": plain(message),
                            "html": page(message, with_picture=True)}
        if message.picture is not None:
            payload["picture"] = asdict(message.picture)
        return [payload]

    def post(self, post: Post) -> Posted:
        """Hand one mail to the server."""
        id_ = self._message_id(post.key)
        mail = self._mail(post, id_)
        with contextlib.closing(_Session(self._settings, self._password)) as session:
            session.hand_over(mail, self._sender.addr_spec, self._to)
        return Posted(id_)

    def _message_id(self, key: str) -> str:
        """Always the same for the same message, so that a mail reader can drop a repeat."""
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._sender.domain or 'pactwatch.invalid'}>"

    def _mail(self, post: Post, id_: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = _address(self._to)
        # What looks like an encoded word would be decoded here, line breaks and further headers in it.
        mail["Subject"] = post.payload["subject"].replace("=?", "= ?")
        mail["Date"] = format_datetime(clock.now())
        mail["Message-ID"] = id_
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Pactwatch-Key"] = hashlib.sha256(post.key.encode()).hexdigest()
        if post.thread:
            mail["In-Reply-To"] = post.thread
            mail["References"] = post.thread
        # Base64 keeps every line short, whatever language and however long the words are.
        mail.set_content(post.payload["text"], cte="base64")
        mail.add_alternative(post.payload["html"], subtype="html", cte="base64")
        if post.payload.get("picture") and not chart.missing():
            _show_picture(mail, Picture(**post.payload["picture"]))
        return mail


def _show_picture(mail: EmailMessage, picture: Picture) -> None:
    """Put the picture beside the page, which shows it by its id: no reader has to fetch anything."""
    html = mail.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(chart.draw(picture.facts), "image", "png", cid=f"<{PICTURE}>", filename=picture.name,
                     disposition="inline")


class _Session:
    """A connection to the mail server, up to one mail."""

    def __init__(self, settings: EmailSettings, password: str | None) -> None:
        self._host = f"the mail server {settings.host}:{settings.port}"
        try:
            self._server = _connected(settings, password)
        except smtplib.SMTPAuthenticationError as failure:
            raise DisableRoute(f"{self._host} refuses user and password ({failure.smtp_code}); check email.user and "
                               "email.password_file") from failure
        except smtplib.SMTPNotSupportedError as failure:
            raise DisableRoute(f"{self._host}: {failure}; check email.security and email.user") from failure
        except ssl.SSLCertVerificationError as failure:
            raise DisableRoute(
                f"the certificate of {self._host} is not accepted: {failure.verify_message}") from failure
        except (smtplib.SMTPException, OSError) as failure:
            raise RetryLater(f"{self._host} cannot be reached: {failure}") from failure

    def hand_over(self, mail: EmailMessage, sender: str, to: str) -> None:
        """Give one mail to the server, step by step, to know at which it failed."""
        try:
            self._server.ehlo_or_helo_if_needed()
            code, said = self._server.mail(sender)
            if code != 250:
                self._refused("the sender", code, said)
            code, said = self._server.rcpt(to)
            if code not in {250, 251}:
                self._refused(f"the address {to}", code, said)
            code, said = self._server.docmd("DATA")
            if code != 354:
                self._refused("the message", code, said)
        except (smtplib.SMTPException, OSError) as failure:
            raise RetryLater(f"{self._host} broke off before it had the message: {failure}") from failure
        try:
            # Without its last line the server has no message; from then on nobody can tell until it answers.
            self._server.send(_quoted(mail.as_bytes()))
        except (smtplib.SMTPException, OSError) as failure:
            raise RetryLater(f"{self._host} broke off before it had the message: {failure}") from failure
        try:
            self._server.send(b".\r\n")
            code, said = self._server.getreply()
        except (smtplib.SMTPException, OSError) as failure:
            raise UnclearDelivery(f"{self._host} did not say whether it took the message: {failure}") from failure
        if code != 250:
            self._refused("the message", code, said)

    def _refused(self, what: str, code: int, said: bytes) -> NoReturn:
        text = f"{self._host} refuses {what}: {code} {clean(said.decode('utf-8', 'replace'))[:200]}"
        if code < 500:
            raise RetryLater(text)
        if what == "the message":
            raise SkipDocument(text)
        raise DisableRoute(text)

    def close(self) -> None:
        """Say good-bye, if the server still listens."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._server.quit()
        self._server.close()


def _connected(settings: EmailSettings, password: str | None) -> smtplib.SMTP:
    """A connection that the server has let in; closed where it has not."""
    with contextlib.ExitStack() as unless_let_in:
        name, context = socket.gethostname(), ssl.create_default_context()
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, name, timeout=settings.timeout,
                                                    context=context)
        else:
            server = smtplib.SMTP(settings.host, settings.port, name, timeout=settings.timeout)
        unless_let_in.callback(server.close)
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, password or "")
        unless_let_in.pop_all()
    return server


def _quoted(mail: bytes) -> bytes:
    """The mail with CRLF at each line's end, and lines that begin with a dot marked as such."""
    text = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    text = text if text.endswith(b"\r\n") else text + b"\r\n"
    return (b"." if text.startswith(b".") else b"") + text.replace(b"\r\n.", b"\r\n..")


def _address(text: str) -> Address:
    """An address with or without a name before it."""
    ((name, address),) = getaddresses([text])[:1] or [("", "")]
    try:
        return Address(display_name=name, addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as failure:
        raise DisableRoute(f"{text!r} is no mail address") from failure
