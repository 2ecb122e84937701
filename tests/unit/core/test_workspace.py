"""Settings: where they come from, and what a mistake in them says."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SettingsError, WorkspaceError
from core.workspace import effective, find_home, load_workspace


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pactwatch.toml").write_text(
        '[crawl]\ndelay = 0.5\n\n[[routes]]\nname = "daily"\nchannel = "console"\n'
    )
    return tmp_path


def origin(home: Path, name: str, **environ: str) -> tuple[str, str]:
    rows = {n: (v, o) for n, v, o in effective(load_workspace(home, environ=environ))}
    return rows[name]


def test_each_value_names_where_it_comes_from(home: Path) -> None:
    assert origin(home, "crawl.delay") == ("0.5", "pactwatch.toml:2")
    assert origin(home, "crawl.timeout") == ("30.0", "default")
    assert origin(home, "routes.0.channel") == ("console", "pactwatch.toml:6")


def test_the_environment_wins_over_the_file_and_an_option_over_both(home: Path) -> None:
    environ = {"PACTWATCH_CRAWL__DELAY": "3"}
    assert origin(home, "crawl.delay", **environ) == ("3.0", "PACTWATCH_CRAWL__DELAY")
    space = load_workspace(home, environ=environ, options={"crawl.delay": 0})
    assert space.settings.crawl.delay == 0
    assert space.origins["crawl.delay"] == "option"


def test_a_secret_comes_from_its_file_and_is_never_shown(home: Path) -> None:
    (home / "token").write_text("xoxb-from-file\n")
    assert (
        load_workspace(home, environ={"PACTWATCH_SLACK__TOKEN_FILE": "token"}).settings.slack_token()
        == "xoxb-from-file"
    )
    assert origin(home, "slack.token", PACTWATCH_SLACK__TOKEN="xoxb-1") == ("********", "PACTWATCH_SLACK__TOKEN")


def test_a_token_file_that_is_missing_is_one_line_with_its_setting(home: Path) -> None:
    space = load_workspace(home, environ={"PACTWATCH_SLACK__TOKEN_FILE": "nowhere"})
    with pytest.raises(SettingsError, match=r"slack\.token_file.*nowhere"):
        space.settings.slack_token()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[crawl]\n\ndelay = -1\n", 3, r"crawl\.delay -1.*greater than or equal to 0"),
        ("[crawl]\ndely = 1\n", 2, r"unknown setting 'crawl\.dely'; allowed: .*delay"),
        ("colour = 1\n", 1, r"unknown setting 'colour'; allowed: .*crawl"),
        ('[crawl]\nallow_networks = ["10.0.0.0/99"]\n', 2, r"'10\.0\.0\.0/99'.*is not a network"),
        (
            '[[routes]]\nname = "a"\nchannel = "console"\n[[routes]]\nname = "b"\nchannel = "console"\nzone = "M/X"\n',
            7,
            "not a time zone",
        ),
        ('[[routes]]\nname = "a"\nchannel = "console"\nat = ["25:00"]\n', 4, "HH:MM"),
        ('[[routes]]\nname = "a"\nchannel = "fax:1"\n', 3, "slack:ID"),
        ('[[routes]]\nname = "a"\nchannel = "console"\ndays = "mon-fry"\n', 4, "list of weekdays"),
        ("[crawl\n", 1, "is not valid TOML"),
    ],
)
def test_a_mistake_is_one_line_with_its_place_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    (tmp_path / "pactwatch.toml").write_text(text)
    with pytest.raises(SettingsError, match=said) as caught:
        load_workspace(tmp_path, environ={})
    assert f"pactwatch.toml:{line}: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_in_the_environment_names_the_variable(home: Path) -> None:
    with pytest.raises(SettingsError, match=r"PACTWATCH_CRAWL__DELAY.*'soon'"):
        load_workspace(home, environ={"PACTWATCH_CRAWL__DELAY": "soon"})
    with pytest.raises(SettingsError, match=r"PACTWATCH_CRAWLER__DELAY names no section.*CRAWL"):
        load_workspace(home, environ={"PACTWATCH_CRAWLER__DELAY": "1"})


def test_two_routes_of_one_name_are_refused(tmp_path: Path) -> None:
    route = '[[routes]]\nname = "a"\nchannel = "console"\n'
    (tmp_path / "pactwatch.toml").write_text(route * 2)
    with pytest.raises(SettingsError, match="two routes are named 'a'"):
        load_workspace(tmp_path, environ={})


def test_the_nearest_folder_upwards_is_the_workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = home / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert find_home(environ={}) == home


def test_without_a_workspace_the_error_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceError, match="pactwatch init"):
        find_home(environ={})
    with pytest.raises(WorkspaceError, match=r"holds no pactwatch\.toml"):
        find_home(tmp_path, environ={})


def test_a_sqlite_path_is_relative_to_the_workspace(home: Path) -> None:
    assert load_workspace(home, environ={}).settings.database_url == f"sqlite:///{home}/data/pactwatch.db"


def test_the_password_of_the_database_comes_from_its_file(home: Path) -> None:
    (home / "secret").write_text("p@ss/word\n")
    environ = {"PACTWATCH_DATABASE__URL": "postgresql://desk@db.example:5432/news?sslmode=require",
               "PACTWATCH_DATABASE__PASSWORD_FILE": "secret"}
    space = load_workspace(home, environ=environ)
    assert space.settings.database_url == "postgresql://desk:p%40ss%2Fword@db.example:5432/news?sslmode=require"
    assert not any("p@ss" in value or "p%40" in value for _, value, _ in effective(space))
    (home / "secret").unlink()
    with pytest.raises(SettingsError, match=r"database\.password_file 'secret' cannot be read"):
        _ = load_workspace(home, environ=environ).settings.database_url


def test_a_password_in_the_address_wins_and_sqlite_has_none(home: Path) -> None:
    url = "postgresql://desk:own@db.example/news"
    password = {"PACTWATCH_DATABASE__PASSWORD": "other"}
    assert load_workspace(home, environ={"PACTWATCH_DATABASE__URL": url, **password}).settings.database_url == url
    assert load_workspace(home, environ=password).settings.database_url == f"sqlite:///{home}/data/pactwatch.db"


def test_the_shipped_catalogue_can_be_left_out(home: Path) -> None:
    assert len(load_workspace(home, environ={}).source_dirs) == 2
    assert load_workspace(home, environ={"PACTWATCH_CATALOG__BUILTIN": "false"}).source_dirs == (home / "sources",)
