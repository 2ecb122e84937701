"""Say what is wrong with a server's encryption in words: OpenSSL itself knows one text for every bad certificate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

_UNTRUSTED = "the certificate is signed by an authority that is not trusted"
_CERTIFICATES = {  # by OpenSSL's X509_V_ERR number
    2: _UNTRUSTED,
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is signed by itself",
    19: _UNTRUSTED,
    20: _UNTRUSTED,
    21: _UNTRUSTED,
    23: "the certificate was revoked",
    66: "the certificate's key is too weak",
    67: "the certificate's authority has a key that is too weak",
    68: "the certificate's signature is too weak",
}
_NO_TLS = "the server does not speak TLS at this port"
_OLD = "the server offers only versions of TLS that are not safe any more"
_PROTOCOL = {  # by a part of OpenSSL's own text
    "wrong version number": _NO_TLS,
    "packet length too long": _NO_TLS,
    "record layer failure": _NO_TLS,
    "http request": _NO_TLS,
    "unsupported protocol": _OLD,
    "alert protocol version": _OLD,
    "certificate required": "the server asks for a certificate of ours",
}
_Callback = Callable[[SSL.Connection, Any, int, int, int], bool]


def reason(failure: SSL.Error | VerificationError) -> str:
    """What a person reads of a connection that failed for its encryption."""
    if isinstance(failure, VerificationError):
        return "the certificate is for another host"
    details = failure.args[0] if failure.args and isinstance(failure.args[0], list) else []
    text = "; ".join(str(detail[-1]) for detail in details if detail)
    said = next((words for part, words in _PROTOCOL.items() if part in text), "")
    return said or text[:200] or "the TLS connection failed"


class _Connection(SSL.Connection):
    """A connection that ends with the reason where a certificate is not accepted."""

    refused = ""
    ended: Callable[[], None]  # is told of the end of its handshake

    def set_verify(self, mode: int, callback: _Callback | None = None) -> None:
        """Ask the callback as ever, and note what OpenSSL has against a certificate."""

        def ask(connection: Any, certificate: Any, error: int, depth: int, good: int) -> bool:
            if not good:
                unknown = f"the certificate cannot be verified (OpenSSL's error {error})"
                connection.refused = _CERTIFICATES.get(error, unknown)
            return bool(good) if callback is None else callback(connection, certificate, error, depth, good)

        super().set_verify(mode, ask)

    def _raise_ssl_error(self, ssl: Any, result: int) -> None:
        # Reading and writing fail here, too: whichever comes first tells of the handshake.
        if self.refused:
            raise SSL.Error([("", "", self.refused)])
        super()._raise_ssl_error(ssl, result)

    def do_handshake(self) -> None:
        """Shake hands; raises while there is more to come."""
        super().do_handshake()
        self.ended()


@implementer(IPolicyForHTTPS)
class NamingPolicy:
    """Scrapy's policy for certificates; its connections say why they fail."""

    def __init__(self, policy: Any) -> None:
        self._policy = policy
        self.shaking: set[tuple[bytes, int]] = set()  # hosts and ports whose last handshake has not ended

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's name
        """What makes the connections to a host."""
        creator = self._policy.creatorForNetloc(hostname, port)
        create = creator._createConnection  # noqa: SLF001 - called before the callback is set, and nowhere else

        def made(protocol: Any) -> SSL.Connection:
            connection: SSL.Connection = create(protocol)
            connection.__class__ = _Connection
            self.shaking.add((hostname, port))
            cast("_Connection", connection).ended = partial(self.shaking.discard, (hostname, port))
            return connection

        creator._createConnection = made  # noqa: SLF001
        return creator
