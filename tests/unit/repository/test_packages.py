"""The wheel holds everything that the program needs, and works where there is no checkout."""

import json
import shutil
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import pytest

from tests.unit.repository.code import PACKAGES, PYPROJECT, ROOT, shipped_files

# Runs with the installed copy first on the path, and prints where each package and each kind of shipped data is.
LOOK = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
from core.workspace import shipped
places = {name: importlib.import_module(name).__file__ for name in sys.argv[2:]}
folders = {"sources": shipped("scrapers", "sources"), "rules": shipped("pipeline", "rules"),
           "knowledge": shipped("pipeline", "knowledge"), "templates": shipped("pactwatch", "templates"),
           "newsroom": shipped("pactwatch.demo", "newsroom"), "versions": shipped("migrations", "versions")}
counts = {name: sum(p.is_file() for p in folder.rglob("*.*")) for name, folder in folders.items()}
print(json.dumps({"places": places, "folders": {k: str(v) for k, v in folders.items()}, "counts": counts}))
"""

COMMAND = "import sys; sys.path.insert(0, sys.argv.pop(1)); from pactwatch.cli import main; main()"


def python(*arguments, cwd):
    """Run this interpreter away from the checkout and from the user's settings; what it printed."""
    done = subprocess.run(
        [sys.executable, "-I", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel, built from a copy of the files that belong into it."""
    copy = tmp_path_factory.mktemp("copy")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, copy / name)
    python("-c", "from setuptools import build_meta; build_meta.build_wheel('dist')", cwd=copy)
    return next((copy / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's content as pip unpacks it. The libraries stay where they are."""
    target = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--no-deps", "--no-index", "--no-compile")
    python("-m", "pip", "install", *options, "--target", target, wheel, cwd=target)
    return target


def test_the_package_list_is_the_tree():
    folders = {
        str(p.parent.relative_to(ROOT)).replace("/", ".") for name in PACKAGES for p in (ROOT / name).rglob("*.py")
    }
    assert sorted(PYPROJECT["tool"]["setuptools"]["packages"]) == sorted(folders)


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = sorted(name for name in archive.namelist() if ".dist-info/" not in name)
    assert packed == shipped_files()


def test_the_wheel_carries_its_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        licence = next(name for name in archive.namelist() if name.endswith("/LICENSE"))
        assert b"Apache License" in archive.read(licence)


def test_shipped_data_is_found_without_the_checkout(installed):
    seen = json.loads(python("-c", LOOK, installed, *PACKAGES, cwd=installed.parent))
    outside = [
        p for p in [*seen["places"].values(), *seen["folders"].values()] if not Path(p).is_relative_to(installed)
    ]
    assert outside == []
    assert seen["counts"].pop("sources") >= 60
    assert [name for name, count in seen["counts"].items() if count == 0] == []


def test_an_installed_copy_makes_a_workspace_and_its_database(installed, tmp_path):
    def pactwatch(*arguments):
        return python("-c", COMMAND, installed, *arguments, cwd=tmp_path)

    assert pactwatch("--version").strip() == f"pactwatch {PYPROJECT['project']['version']}"
    pactwatch("init", "desk")
    pactwatch("db", "upgrade", "--home", "desk")
    assert (tmp_path / "desk" / "data" / "pactwatch.db").stat().st_size > 0
    assert json.loads(pactwatch("sources", "list", "--json", "--home", "desk"))


def test_the_checkout_is_what_the_other_tests_see():
    assert Path(str(resources.files("core"))).is_relative_to(ROOT)
