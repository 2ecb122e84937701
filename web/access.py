"""Who may come in: the tokens of readers and editors, and the cookie that stands for one of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from core.errors import SettingsError
from core.settings import Settings

SHORTEST = 16                            # signs of a token: what a person would guess is refused
STAYS = timedelta(days=30)               # for which a login holds
LONGEST_NAME = 60


class Role(IntEnum):
    """What a visitor may do. Each may do what the ones before may."""

    NOBODY = 0
    READER = 1
    EDITOR = 2


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `name` stands beside what they say; `may_leave` where there is a login to end."""

    role: Role
    name: str | None = None
    may_leave: bool = False

    @property
    def edits(self) -> bool:
        """Whether the visitor may change things."""
        return self.role >= Role.EDITOR


NOBODY = Visitor(Role.NOBODY)


class Keys:
    """The tokens of a site. Without any, whoever reaches it is an editor: it listens on loopback only then."""

    def __init__(self, editor: str | None, reader: str | None, user: str | None = None) -> None:
        for name, token in (("web.token", editor), ("web.reader_token", reader)):
            if token is not None and len(token) < SHORTEST:
                raise SettingsError(f"{name} has fewer than {SHORTEST} signs; make one with `openssl rand -hex 24`")
        if editor is not None and editor == reader:
            raise SettingsError("web.token and web.reader_token are the same; readers would be editors")
        self._editor, self._reader, self._user = editor, reader, user
        # Slow on purpose: a reader's cookie must not help to guess the token of editors. It changes with the tokens.
        both = f"{editor or ''}\0{reader or ''}".encode()
        self._seal = hashlib.scrypt(both, salt=b"pactwatch web", n=2**13, r=8, p=1) if self.needed else b""
        self._forms = secrets.token_bytes(32)

    @classmethod
    def of(cls, settings: Settings, user: str | None = None) -> Keys:
        """The tokens of the settings. `user` is the name of whoever is let in without one."""
        return cls(settings.web_token(), settings.web_reader_token(), user)

    @property
    def needed(self) -> bool:
        """Whether nobody comes in without a token."""
        return self._editor is not None or self._reader is not None

    def visitor_without(self) -> Visitor:
        """Who somebody without token and cookie is."""
        return NOBODY if self.needed else Visitor(Role.EDITOR, self._user)

    def role_of(self, token: str) -> Role:
        """What a token lets do. Takes the same time for every wrong one."""
        given = token.strip().encode()
        editor = self._editor is not None and hmac.compare_digest(given, self._editor.encode())
        reader = self._reader is not None and hmac.compare_digest(given, self._reader.encode())
        return Role.EDITOR if editor else Role.READER if reader else Role.NOBODY

    def cookie(self, role: Role, name: str | None, now: datetime) -> str:
        """The cookie of a login."""
        content = json.dumps([int(role), name, int((now + STAYS).timestamp())]).encode()
        return f"{_text(content)}.{_text(self._sign(content))}"

    def visitor_of(self, cookie: str, now: datetime) -> Visitor:
        """Who comes with a cookie; NOBODY where it is not ours, or too old."""
        try:
            content, sign = (_bytes(part) for part in cookie.split("."))
            if not self.needed or not hmac.compare_digest(sign, self._sign(content)):
                return NOBODY
            role, name, until = json.loads(content)
        except ValueError:
            return NOBODY
        if until < now.timestamp():
            return NOBODY
        # Without a token of editors there are none, whatever somebody who knows the other token has sealed.
        highest = Role.EDITOR if self._editor is not None else Role.READER
        return Visitor(min(Role(role), highest), name, may_leave=True)

    def _sign(self, content: bytes) -> bytes:
        return hmac.digest(self._seal, content, "sha256")

    def form_token(self, visit: str) -> str:
        """The hidden field by which a form shows that a page of ours made it, for the visit of a browser."""
        return _text(hmac.digest(self._forms, visit.encode(), "sha256"))

    def is_form_token(self, visit: str, token: str) -> bool:
        """Whether a form comes from a page of ours that this browser was given."""
        return bool(visit) and hmac.compare_digest(token.encode(), self.form_token(visit).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode((text + "=" * (-len(text) % 4)).encode("ascii"))


def is_loopback(host: str) -> bool:
    """Whether an address to listen on, or the host that a browser names, is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_listening(settings: Settings, keys: Keys) -> None:
    """Refuse to listen where others can reach it, as long as everybody would be an editor."""
    if not keys.needed and not is_loopback(settings.web.host):
        raise SettingsError(
            f"web.host is {settings.web.host!r}, which others can reach, and there is no token; set web.token_file "
            "(and web.reader_token_file for those who only look), or listen on 127.0.0.1"
        )
    if not keys.needed and settings.web.public_url:
        raise SettingsError("web.public_url shows the pages to others, and there is no token; set web.token_file")
