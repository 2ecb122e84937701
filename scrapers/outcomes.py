"""Name what happened to a request: each exception and status becomes one outcome and a reason that a person reads."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from OpenSSL.SSL import Error as OpenSSLError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import VerificationError
from twisted.internet import error as network

from core import clock
from core.errors import SkipDocument
from core.fetching import Answer
from core.records import Outcome
from scrapers import tls

# The statuses whose body may be the whole document. 206 brings a part, 226 a difference; 202 is looked at closer.
COMPLETE = frozenset({200, 202, 203, 204})
_DAY = 86_400.0
_SKEW = timedelta(minutes=5)  # by which the clocks of servers go wrong
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|article)\b",
    re.IGNORECASE | re.DOTALL,
)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"<\0", b"\0<")
_FEW = 0.05
_START = 16_384  # bytes in which a page begins, after what may be a long comment
_HTML_TYPES = (b"text/html", b"application/xhtml+xml")
_UNCLEAR_TYPES = (
    b"",
    b"text/plain",
    b"application/xml",
    b"text/xml",
    b"application/octet-stream",
    b"binary/octet-stream",
    b"html",
    b"application/vnd.wap.xhtml+xml",
    b"application/x-httpd-php",
)


class Refused(IgnoreRequest):
    """A request that we decided against, with its outcome. `final`: a new try would end the same."""

    def __init__(self, outcome: Outcome, reason: str, *, final: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.outcome, self.reason, self.final, self.retry_after = outcome, reason, final, retry_after


NO_CONNECTION = "no connection in time"
NO_HANDSHAKE = "the TLS handshake did not end in time"
# The first that fits: exception classes, the outcome, what a person reads, and whether a new try is useless.
_KINDS: tuple[tuple[tuple[type[BaseException], ...], Outcome, str, bool], ...] = (
    ((CannotResolveHostError, network.DNSLookupError), Outcome.DNS_ERROR, "the host's name cannot be resolved", False),
    ((network.TimeoutError,), Outcome.TIMEOUT, NO_CONNECTION, False),
    ((DownloadTimeoutError,), Outcome.TIMEOUT, "no complete answer in time", False),
    (
        (DownloadConnectionRefusedError, network.ConnectionRefusedError),
        Outcome.CONNECTION_ERROR,
        "connection refused",
        False,
    ),
    ((ResponseDataLossError,), Outcome.CONNECTION_ERROR, "the answer broke off", False),
    ((UnsupportedURLSchemeError,), Outcome.CONNECTION_ERROR, "the address is neither http nor https", True),
    # Scrapy cancels a download for its size alone: time limits have an exception of their own.
    ((DownloadCancelledError,), Outcome.TOO_LARGE, "the document is larger than the limit", True),
    (
        (network.ConnectError, network.ConnectionLost, network.ConnectionDone),
        Outcome.CONNECTION_ERROR,
        "the connection was lost",
        False,
    ),
    ((DownloadFailedError,), Outcome.CONNECTION_ERROR, "the server closed the connection without an answer", False),
)


def of_exception(failure: BaseException, at: datetime) -> Answer:
    """The answer that stands for a request which ended in an exception."""
    for cause in _causes(failure):
        if isinstance(cause, Refused):
            return Answer(cause.outcome, at, cause.reason, retry_after=cause.retry_after, final=cause.final)
        if isinstance(cause, SkipDocument):  # the address guard's
            return Answer(Outcome(cause.outcome), at, str(cause), final=True)
        if isinstance(cause, OpenSSLError | VerificationError):
            return Answer(Outcome.TLS_ERROR, at, tls.reason(cause))
        for classes, outcome, reason, final in _KINDS:
            if isinstance(cause, classes):
                return Answer(outcome, at, reason, final=final)
    return Answer(Outcome.CONNECTION_ERROR, at, f"{type(failure).__name__}: {failure}"[:200])


def _causes(failure: BaseException) -> list[BaseException]:
    """The innermost causes first: Twisted hides the TLS error inside the failed response."""
    found: list[BaseException] = []
    todo: list[Any] = [failure]
    while todo and len(found) < 20:
        exception = todo.pop()
        if exception is None or exception in found:
            continue
        found.append(exception)
        todo += [exception.__cause__, *(getattr(r, "value", None) for r in getattr(exception, "reasons", None) or ())]
    return found[::-1]


def of_status(status: int, headers: Any, at: datetime) -> Answer:
    """The answer for an HTTP status that is an error."""
    try:
        name = HTTPStatus(status).phrase
    except ValueError:
        name = ""
    unasked = ", which nobody asked for" if status in {206, 226, 304} else ""
    return Answer(
        Outcome.HTTP_ERROR,
        at,
        f"HTTP {status} {name}".strip() + unasked,
        status=status,
        final=status == HTTPStatus.GONE,
        retry_after=retry_after(headers.get(b"Retry-After"), at),
    )


def retry_after(value: bytes | None, at: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given in seconds or as a date; at most a day."""
    if not value:
        return None
    text = value.decode("latin-1").strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
        return min(_DAY, float(text[:12]))
    try:
        return min(_DAY, max(0.0, (clock.as_utc(parsedate_to_datetime(text)) - at).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return None


def is_future(date: str, at: datetime) -> bool:
    """Whether a date of an HTTP header lies ahead, or cannot be read."""
    try:
        return clock.as_utc(parsedate_to_datetime(date)) > at + _SKEW
    except (ValueError, TypeError, OverflowError):
        return True


def is_web_page(content_type: bytes, body: bytes) -> bool:
    """Whether a document is HTML, by what the server says; by its beginning where that says nothing."""
    kind = re.split(rb"[;,]", content_type, maxsplit=1)[0].strip().lower()  # some servers send it twice in one line
    if kind in _HTML_TYPES:
        # Two or four bytes a letter, or a few stray zeros in text; a file of another kind is full of them.
        return body.startswith(_WIDE) or body[:512].count(0) < _FEW * len(body[:512])
    return kind in _UNCLEAR_TYPES and _HTML_START.match(body[:_START]) is not None
