"""The import contracts are real: each names packages and libraries that exist, and they hold."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from tests.unit.repository.code import PACKAGES, PYPROJECT, ROOT

CONTRACTS = PYPROJECT["tool"]["importlinter"]["contracts"]


def test_imports_point_the_way_that_the_contracts_say():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_cover_every_package():
    assert sorted(PYPROJECT["tool"]["importlinter"]["root_packages"]) == PACKAGES
    layers = {name.strip() for layer in CONTRACTS[0]["layers"] for name in layer.split("|")}
    assert sorted(layers) == PACKAGES


def test_every_library_with_a_home_is_installed():
    # A contract on a name that nothing has would hold for ever. What an extra brings need not be there.
    libraries = {library for contract in CONTRACTS[1:] for library in contract["forbidden_modules"]}
    extras = PYPROJECT["project"]["optional-dependencies"]
    optional = {re.split(r"[\[<>=~!;, ]", one)[0] for extra in extras.values() for one in extra}
    assert [name for name in libraries - optional if importlib.util.find_spec(name) is None] == []


def test_only_modules_that_exist_are_let_through():
    allowed = {entry.partition(" -> ")[0] for contract in CONTRACTS for entry in contract.get("ignore_imports", ())}
    paths = [ROOT / name.removesuffix(".**").replace(".", "/") for name in allowed]
    assert [str(p) for p in paths if not p.with_suffix(".py").is_file() and not p.is_dir()] == []
