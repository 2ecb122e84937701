"""Find the workspace, and fill its settings from pactwatch.toml, the environment and options."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, SecretStr, ValidationError

from core import channels
from core.errors import SettingsError, WorkspaceError
from core.settings import Settings

FILE = "pactwatch.toml"
PREFIX = "PACTWATCH_"


@dataclass(frozen=True)
class Workspace:
    """A folder with pactwatch.toml, sources/, rules/, knowledge/ and data/, and its settings."""

    home: Path
    settings: Settings
    origins: dict[str, str]               # "crawl.delay" -> "pactwatch.toml:7", "PACTWATCH_CRAWL__DELAY", …

    @property
    def source_dirs(self) -> tuple[Path, ...]:
        """Where sources come from, later ones over earlier ones."""
        own = (self.home / "sources",)
        return (shipped("scrapers", "sources"), *own) if self.settings.catalog.builtin else own

    @property
    def pack_files(self) -> tuple[Path, ...]:
        """Where packs of sources come from, later ones over earlier ones."""
        return (shipped("scrapers", "packs.yaml"), self.home / "packs.yaml")

    @property
    def rule_dirs(self) -> tuple[Path, ...]:
        """Where rules come from, later ones over earlier ones."""
        return (shipped("pipeline", "rules"), self.home / "rules")

    @property
    def knowledge_dirs(self) -> tuple[Path, ...]:
        """Where knowledge comes from, later ones over earlier ones."""
        return (shipped("pipeline", "knowledge"), self.home / "knowledge")


def shipped(package: str, folder: str) -> Path:
    """A folder of data that was installed with a package."""
    return Path(str(resources.files(package))) / folder


def find_home(option: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The workspace: the option, else PACTWATCH_HOME, else the nearest folder upwards that holds pactwatch.toml."""
    named = option or (Path(environ[PREFIX + "HOME"]) if environ.get(PREFIX + "HOME") else None)
    if named is not None:
        if not (named / FILE).is_file():
            raise WorkspaceError(f"{named} holds no {FILE}; make a workspace there with `pactwatch init {named}`")
        return named.absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    raise WorkspaceError


def load_workspace(home: Path | None = None, *, options: Mapping[str, Any] | None = None,
                   environ: Mapping[str, str] = os.environ) -> Workspace:
    """Read a workspace. `options` are dotted keys that win over file and environment, e.g. {"crawl.delay": 0}."""
    folder = find_home(home, environ)
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as failure:
        raise SettingsError(f"cannot be read: {failure}", file=str(path)) from failure
    except tomllib.TOMLDecodeError as failure:
        at = re.search(r"at line (\d+)", str(failure))
        raise SettingsError(
            f"is not valid TOML: {failure}", file=str(path), line=int(at[1]) if at else None
        ) from failure
    origins = {key: f"{FILE}:{_line(text, key) or 1}" for key in _leaves(data)}
    for name, value in _from_environment(environ).items():
        _put(data, name, value)
        origins[name] = _variable(name)
    for name, value in (options or {}).items():
        _put(data, name, value)
        origins[name] = "option"
    try:
        settings = Settings.model_validate({**data, "home": folder})
    except ValidationError as failure:
        raise _explain(failure, path, text, origins) from failure
    return Workspace(folder, settings, origins)


def effective(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Every setting as (name, value, origin), secrets masked: what `config show` prints."""
    rows: list[tuple[str, str, str]] = []

    def walk(section: BaseModel, prefix: str) -> None:
        for name in type(section).model_fields:
            value, key = getattr(section, name), prefix + name
            if key == "home":
                rows.append((key, str(value), "option, PACTWATCH_HOME or nearest folder"))
            elif isinstance(value, BaseModel):
                walk(value, key + ".")
            elif isinstance(value, dict):
                for inner, one in value.items():
                    walk(one, f"{key}.{inner}.")
            elif name == "routes":
                for i, route in enumerate(value):
                    walk(route, f"routes.{i}.")
            else:
                rows.append((key, _shown(value), workspace.origins.get(key, "default")))

    walk(workspace.settings, "")
    return rows


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, str) and ":" in value:
        return channels.shown(value)          # an address of a webhook is a secret wherever it stands
    if isinstance(value, tuple):
        return "[" + ", ".join(str(v) for v in value) + "]"
    return "" if value is None else str(value)


def _leaves(data: Mapping[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            found += _leaves(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for i, item in enumerate(value):
                found += _leaves(item, f"{prefix}{key}.{i}.")
        else:
            found.append(prefix + key)
    return found


def _line(text: str, dotted: str) -> int | None:
    """The line of a key in the TOML text, or of its section. A search by shape: tomllib keeps no places."""
    *section, key = dotted.split(".")
    if key.isdigit() and section:             # an item of a list stands on its list's line, or has a section
        opening = re.compile(rf"\s*\[\[\s*{section[-1]}\s*\]\]")
        heads = [at for at, line in enumerate(text.splitlines(), 1) if opening.match(line)]
        if int(key) < len(heads):
            return heads[int(key)]
        return _line(text, ".".join(section))
    number = next((int(s) for s in section if s.isdigit()), 0)
    name = ".".join(s for s in section if not s.isdigit())
    wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    current, seen, header = "", -1, None
    for at, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}", line):
            current = head[1]
            seen += current == name
            if current == name and seen == number:
                header = at
        elif current == name and (not name or seen == number) and wanted.match(line):
            return at
    return header


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """PACTWATCH_SECTION__KEY variables as dotted keys. Only known sections, so that others' variables are no error."""
    found: dict[str, Any] = {}
    for variable, value in environ.items():
        section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
        if not variable.startswith(PREFIX) or not key:
            continue
        model = Settings.model_fields.get(section)
        if model is None:
            allowed = ", ".join(f.upper() for f in Settings.model_fields if f not in {"home", "routes"})
            raise SettingsError(f"{variable} names no section; sections: {allowed}")
        found[f"{section}.{key.replace('__', '.')}"] = value.split(",") if key == "allow_networks" else value
    return found


def _variable(dotted: str) -> str:
    return PREFIX + dotted.replace(".", "__").upper()


def _put(data: dict[str, Any], dotted: str, value: Any) -> None:
    *section, key = dotted.split(".")
    for part in section:
        data = data.setdefault(part, {})
    data[key] = value


def _model_at(place: Sequence[str | int]) -> type[BaseModel]:
    """The model of a section, of a route, or of a section that has a name of the user's."""
    parent: Any = Settings
    for part in place:
        if part in parent.model_fields:  # else a number or a user's own name, which chooses one of several alike
            kind: Any = parent.model_fields[str(part)].annotation
            models = [one for one in (kind, *getattr(kind, "__args__", ())) if hasattr(one, "model_fields")]
            parent = models[0] if models else parent
    return cast("type[BaseModel]", parent)


def _explain(failure: ValidationError, path: Path, text: str, origins: Mapping[str, str]) -> SettingsError:
    """The first error as one line: where, what is wrong, what is allowed."""
    first = failure.errors(include_url=False)[0]
    dotted = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        parent = _model_at(first["loc"][:-1])
        names = ", ".join(sorted(n for n in parent.model_fields if n != "home"))
        problem = f"unknown setting {dotted!r}; allowed: {names}"
    else:
        given = first.get("input")
        value = "" if isinstance(given, dict | list) else f" {given!r}"
        place = f"{dotted}{value}: " if dotted else ""
        problem = place + first["msg"].removeprefix("Value error, ")
    origin = origins.get(dotted) or next((o for k, o in origins.items() if k.startswith(dotted)), "")
    if origin.startswith(PREFIX):
        return SettingsError(f"{origin}: {problem}")
    line = _line(text, dotted)
    return SettingsError(problem, file=str(path), line=line)
