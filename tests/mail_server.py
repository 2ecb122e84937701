"""An SMTP server on loopback that takes mail, and refuses or falls silent as it is told."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class _Controller(Controller):
    """Takes the port that it is given by the system."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """Runs in a thread of the test. `mails` is what it took, the oldest first.

    `answers` are used up by RCPT and DATA: ("rcpt", "450 later"), ("data", "552 too much"); `drop` after the message
    was taken, `before` before its end, `early` in place of an answer to RCPT.
    """

    def __init__(
        self, *, password: str | None = None, tls: ssl.SSLContext | None = None, starttls: bool = False
    ) -> None:
        self.mails: list[EmailMessage] = []
        self.senders: list[str] = []
        self.answers: deque[tuple[str, str]] = deque()
        self._password = password
        kwargs: dict[str, Any] = {"enable_SMTPUTF8": False}
        if password is not None:
            kwargs |= {"authenticator": self._authenticate, "auth_require_tls": False}
        if tls is not None and starttls:
            kwargs |= {"tls_context": tls, "require_starttls": True}
        elif tls is not None:
            kwargs["ssl_context"] = tls
        self._controller = _Controller(self, "127.0.0.1", 0, **kwargs)

    @property
    def port(self) -> int:
        return self._controller.port

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == (self._password or "").encode()
        return AuthResult(success=good, handled=False)

    def _next(self, step: str) -> str | None:
        return self.answers.popleft()[1] if self.answers and self.answers[0][0] == step else None

    async def handle_RCPT(  # noqa: N802 - the library asks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._next("rcpt")
        if answer == "drop":
            cast("asyncio.Transport", server.transport).abort()
            return "421 gone"
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802 - likewise
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self._next("data")
        if answer is None or answer == "drop":
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.senders.append(envelope.mail_from or "")
        if answer == "drop":
            cast("asyncio.Transport", server.transport).abort()
        return answer or "250 OK"
