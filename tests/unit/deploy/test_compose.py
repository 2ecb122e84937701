"""deploy/compose.yaml: every container is closed but for what it needs, and secrets are files."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from core.settings import Settings
from tests.unit.repository.code import ROOT

DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_write_nowhere_and_do_nothing_that_it_need_not(name: str) -> None:
    one = SERVICES[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert "cap_add" not in one
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["user"] in {"10001:10001", "postgres"}
    assert "privileged" not in one
    assert {"cpus", "memory"} <= set(one["deploy"]["resources"]["limits"])
    assert one["pids_limit"] <= 1024


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_says_how_it_is_unless_it_ends_by_itself(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check.get("disable") is True if name == "migrate" else len(check["test"]) > 1
    assert SERVICES[name]["restart"] == ("no" if name == "migrate" else "unless-stopped")


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_files_that_the_service_names(name: str) -> None:
    one = SERVICES[name]
    secret = {key: value for key, value in one["environment"].items() if re.search("PASSWORD|TOKEN|SECRET", key)}
    assert [key for key in secret if not key.endswith("_FILE")] == []
    assert {str(value).removeprefix("/run/secrets/") for value in secret.values()} <= set(one["secrets"])
    assert set(one["secrets"]) <= set(COMPOSE["secrets"])


def test_nothing_starts_before_the_tables_are_there() -> None:
    for name in ("server", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["database"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["command"] == ["db", "upgrade"]


def test_only_the_pages_are_reached_from_outside_and_only_from_this_machine() -> None:
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["server"]
    assert SERVICES["server"]["ports"] == ["${PACTWATCH_LISTEN:-127.0.0.1:8420}:8420"]
    assert SERVICES["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_every_variable_is_explained_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    explained = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert asked <= explained
    assert {"PACTWATCH_IMAGE", "POSTGRES_IMAGE"} == set(re.findall(r"\$\{([A-Z_]+):\?", TEXT))


def settings_named() -> list[tuple[str, str]]:
    """Every setting that a file of deploy/ names as a variable, with the file."""
    return sorted(
        {
            (str(path.relative_to(ROOT)), name)
            for path in DEPLOY.rglob("*")
            if path.is_file()
            for name in re.findall(r"PACTWATCH_[A-Z]+__[A-Z_]+", path.read_text(encoding="utf-8"))
            if name != "PACTWATCH_SECTION__KEY"
        }
    )


@pytest.mark.parametrize(("file", "name"), settings_named())
def test_every_setting_that_deployment_names_exists(file: str, name: str) -> None:
    section, _, key = name.removeprefix("PACTWATCH_").lower().partition("__")
    model = Settings.model_fields[section].annotation
    assert key in model.model_fields, f"{file} names {name}"


def composer() -> list[str]:
    """The command that reads compose files here, the plugin or the program that was before it."""
    if shutil.which("docker") and not subprocess.run(["docker", "compose", "version"], check=False,
                                                     capture_output=True).returncode:
        return ["docker", "compose"]
    if shutil.which("docker-compose") is None:
        pytest.skip("neither docker compose nor docker-compose is installed")
    return ["docker-compose"]


def test_compose_itself_finds_nothing_wrong() -> None:
    files = ["-f", str(DEPLOY / "compose.yaml"), "--env-file", str(DEPLOY / "env.example")]
    done = subprocess.run([*composer(), *files, "config", "--quiet"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
