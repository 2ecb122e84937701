"""Tokens and cookies: who may come in, for how long, and who is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import SettingsError
from core.settings import Settings
from web.access import NOBODY, STAYS, Keys, Role, check_listening, is_loopback

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EDITOR, READER = "an-editors-token-x", "a-readers-token-xx"


def test_a_token_says_what_its_bearer_may_do() -> None:
    keys = Keys(EDITOR, READER)
    assert [keys.role_of(token) for token in (EDITOR, f" {READER}\n", "", "an-editors-token-y", "ㅁ")] == [
        Role.EDITOR, Role.READER, Role.NOBODY, Role.NOBODY, Role.NOBODY]


def test_without_tokens_everybody_is_the_user_of_the_machine() -> None:
    visitor = Keys(None, None, "kim").visitor_without()
    assert (visitor.role, visitor.name, visitor.may_leave) == (Role.EDITOR, "kim", False)
    assert Keys(None, None).role_of("") is Role.NOBODY


def test_a_cookie_holds_for_thirty_days_and_after_a_restart() -> None:
    cookie = Keys(EDITOR, READER).cookie(Role.READER, "Kim", NOW)
    again = Keys(EDITOR, READER)
    assert again.visitor_of(cookie, NOW + STAYS - timedelta(seconds=2)).name == "Kim"
    assert again.visitor_of(cookie, NOW + STAYS + timedelta(seconds=2)) == NOBODY


def test_a_cookie_is_worth_nothing_when_the_tokens_change_or_a_sign_of_it() -> None:
    keys = Keys(EDITOR, READER)
    cookie = keys.cookie(Role.READER, None, NOW)
    assert Keys(EDITOR, "another-token-xxxxx").visitor_of(cookie, NOW) == NOBODY
    for broken in (cookie[:-1], "A" + cookie[1:], cookie.partition(".")[0], "", ".", "é.é", "a.b.c"):
        assert keys.visitor_of(broken, NOW) == NOBODY, broken


def test_whoever_knows_the_only_token_of_readers_cannot_seal_an_editor() -> None:
    keys = Keys(None, READER)
    assert keys.visitor_of(keys.cookie(Role.EDITOR, None, NOW), NOW).role is Role.READER


def test_a_cookie_is_worth_nothing_where_no_token_is_needed() -> None:
    assert Keys(None, None).visitor_of(Keys(EDITOR, None).cookie(Role.EDITOR, None, NOW), NOW) == NOBODY


@pytest.mark.parametrize(("editor", "reader", "said"), [
    ("short", None, "web.token has fewer than 16 signs"),
    (EDITOR, "short", "web.reader_token has fewer than 16 signs"),
    (EDITOR, EDITOR, "are the same"),
])
def test_tokens_that_protect_nothing_are_refused(editor: str, reader: str | None, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Keys(editor, reader)


def test_a_form_token_is_for_one_browser_and_one_process() -> None:
    keys = Keys(None, None)
    token = keys.form_token("visit-of-a-browser")
    assert keys.is_form_token("visit-of-a-browser", token)
    assert not keys.is_form_token("visit-of-another", token)
    assert not keys.is_form_token("", keys.form_token(""))
    assert not keys.is_form_token("visit-of-a-browser", "é")
    assert not Keys(None, None).is_form_token("visit-of-a-browser", token)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback_is_known_in_all_its_forms(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "", "127.0.0.1.example.org"])
def test_all_else_needs_a_token(host: str) -> None:
    settings = Settings.model_validate({"web": {"host": host}})
    with pytest.raises(SettingsError, match=r"there is no token; set web\.token_file"):
        check_listening(settings, Keys(None, None))
    check_listening(settings, Keys(None, READER))


def test_a_public_address_needs_a_token_too_and_must_be_that_of_a_site() -> None:
    public = Settings.model_validate({"web": {"public_url": "https://news.example.org/"}})
    assert public.web.public_url == "https://news.example.org"
    with pytest.raises(SettingsError, match="public_url"):
        check_listening(public, Keys(None, None))
    for wrong in ("news.example.org", "https://news.example.org/path", "ftp://news.example.org", "https://"):
        with pytest.raises(ValueError, match="not the address of a site"):
            Settings.model_validate({"web": {"public_url": wrong}})
