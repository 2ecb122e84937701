"""Use the wheel as a stranger does: a fresh environment from the lock file, no checkout, no network for the program."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from tests.release.steps import ROOT, StepError, call

_ENVIRONMENT = {"PYTHONPATH": "", "PACTWATCH_HOME": "", "COLUMNS": "120"}
_PLACES = (
    "import importlib, json; print(json.dumps([importlib.import_module(n).__file__ for n in "
    "('core', 'archive', 'scrapers', 'pipeline', 'alerts', 'web', 'pactwatch', 'migrations')]))"
)


def install(place: Path, dist: Path) -> Path:
    """A fresh environment with the libraries of the lock and the wheel; its Python."""
    call([sys.executable, "-m", "venv", place / "venv"], cwd=place)
    python = place / "venv" / "bin" / "python"
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call([*pip, "--require-hashes", "-r", ROOT / "requirements.lock"], cwd=place)
    [wheel] = dist.glob("*.whl")
    call([*pip, "--no-deps", shutil.copy(wheel, place)], cwd=place)
    return python


def use(python: Path, place: Path) -> str:
    """Make a workspace, run the demo, search, preview the digest."""
    home = place / "elsewhere"
    home.mkdir()
    places = json.loads(call([python, "-I", "-c", _PLACES], cwd=home))
    if strange := [one for one in places if not Path(one).is_relative_to(python.parents[1])]:
        raise StepError(f"imported from the checkout and not from the wheel: {strange}")
    program = python.with_name("pactwatch")

    def pactwatch(*words: str) -> str:
        return call([program, *words], cwd=home, env=_ENVIRONMENT)

    version = pactwatch("--version").split()[-1]
    pactwatch("init", "desk")
    pactwatch("rules", "test", "--home", "desk")
    call([python, "-m", "pip", "check"], cwd=home)
    said = pactwatch("demo", "--keep", "demo")
    if "Digest " not in said:
        raise StepError(f"the demo shows no digest: {said[-300:]}")
    found = json.loads(pactwatch("search", "event:alliance", "--format", "json", "--home", "demo"))
    if found["total"] < 10:
        raise StepError(f"a search in the demo finds {found['total']} articles")
    if "Digest " not in pactwatch("digest", "preview", "--home", "demo"):
        raise StepError("there is no preview of the digest")
    pactwatch("db", "check", "--home", "demo")
    return f"pactwatch {version}: init, rules test, demo, search ({found['total']} found), digest preview, db check"
