"""Servers on loopback whose encryption is wrong, each in its own way, and an authority that signs for them."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.harm_server import Host

DAY = timedelta(days=1)
_PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates. `file` is what a client has to trust."""

    def __init__(self, folder: Path, name: str = "an authority of the tests") -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = _unsigned(self._name, self._name, self._key).add_extension(x509.BasicConstraints(True, None), True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(_PEM))

    def server(self, name: str, begins: timedelta = -DAY, ends: timedelta = DAY, *, by_itself: bool = False
               ) -> ssl.SSLContext:
        """What a server of this name needs; `begins` and `ends` from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = _unsigned(subject, subject if by_itself else self._name, key, begins, ends).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        signed = made.sign(key if by_itself else self._key, hashes.SHA256())
        file = self._folder / f"{name}.{len(list(self._folder.iterdir()))}.pem"
        file.write_bytes(signed.public_bytes(_PEM) + key.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _unsigned(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begins: timedelta = -DAY,
              ends: timedelta = DAY) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), now + begins,
                                   now + ends)


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same server with TLS 1.1 at best."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    return context


def demanding(context: ssl.SSLContext, version: ssl.TLSVersion) -> ssl.SSLContext:
    """The same server, which asks for a certificate of the client."""
    context.verify_mode, context.maximum_version = ssl.CERT_REQUIRED, version
    return context


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Raw(Host):
    """A host that answers on the bare connection, before any request can be read."""

    talk: Talk | None = None
    says_https: bool = True

    @property
    def base(self) -> str:
        """Its address on the web."""
        return f"http{'s' if self.says_https else ''}://{self.address}:{self.port}"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.talk is None:
            await super()._answer(reader, writer)
            return
        with suppress(OSError, asyncio.CancelledError):
            await self.talk(reader, writer)
        writer.close()


def says(data: bytes) -> Talk:
    """Answer these bytes to whatever comes first."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(data)
        await writer.drain()

    return talk


def drips(data: bytes, pause: float) -> Talk:
    """Send a byte now and then: a handshake that never ends."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause)
        await asyncio.sleep(60)

    return talk


def shakes_hands(context: ssl.SSLContext) -> Talk:
    """A handshake to its end, the alert of a failure included: asyncio's own servers close without it."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        side = context.wrap_bio(incoming, outgoing, server_side=True)
        going = True
        while going:
            try:
                side.do_handshake()
                going = False
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                going = False
            writer.write(outgoing.read())
            await writer.drain()
            if going:
                incoming.write(await reader.read(2**16) or b"closed")
        await reader.read(2**16)

    return talk


async def silence(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Say nothing at all."""
    await asyncio.sleep(60)


