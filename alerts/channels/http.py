"""POST over HTTP for the channels that are an address: what surely did not arrive is told from what may have."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from core.errors import DisableRoute, RetryLater, UnclearDelivery

_MOST = 65536                            # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to a post."""

    status: int
    text: str
    wait: float | None                   # seconds, where it says Retry-After

    @property
    def is_good(self) -> bool:
        """Whether the post was taken."""
        return 200 <= self.status < 300


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A message that goes where nobody sent it is no delivery; the answer is handed on as it is."""

    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
    """Post once.

    Raises RetryLater where no request went out, UnclearDelivery where one did and no answer came, DisableRoute for an
    address that is none.
    """
    try:
        request = urllib.request.Request(url, body, {"User-Agent": "Pactwatch", **headers}, method="POST")  # noqa: S310 - http and https only, by the settings
        with _opener.open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.read(_MOST).decode("utf-8", "replace"), None)
    except urllib.error.HTTPError as failure:
        with failure:
            return Answer(failure.code, _rest(failure), seconds(failure.headers.get("Retry-After")))
    except urllib.error.URLError as failure:
        unreachable(failure.reason)
    except TimeoutError as failure:
        raise UnclearDelivery("no answer came in time") from failure
    except (ValueError, http.client.InvalidURL) as failure:
        raise DisableRoute(f"the address is none: {failure}") from failure
    except (OSError, http.client.HTTPException) as failure:
        raise UnclearDelivery(f"the connection broke: {failure!r}") from failure


def _rest(failure: urllib.error.HTTPError) -> str:
    try:
        return failure.read(_MOST).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""


def unreachable(reason: object, after: float = 3.0) -> NoReturn:
    """Name a failure to connect or to send: nobody was there, or the request may have got through."""
    if isinstance(reason, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError):
        raise RetryLater(f"the server cannot be reached: {reason}")
    raise UnclearDelivery(f"the connection broke: {reason}", after=after)


def seconds(header: str | None) -> float | None:
    """The seconds of a Retry-After; a date there is rare, and waiting a little is as good."""
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:
        return None
