"""The project's own files, for the tests of this folder."""

from __future__ import annotations

import ast
import functools
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = sorted({name.partition(".")[0] for name in PYPROJECT["tool"]["setuptools"]["packages"]})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def modules(*folders: str) -> dict[str, ast.Module]:
    """Every module of the folders (all packages where none is named), parsed, by its path from the root."""
    paths = sorted(p for folder in folders or tuple(PACKAGES) for p in (ROOT / folder).rglob("*.py"))
    return {str(p.relative_to(ROOT)): ast.parse(p.read_text(encoding="utf-8"), str(p)) for p in paths}


def lines_of(path: str) -> int:
    """How many lines a file has."""
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def functions(*folders: str) -> Iterator[tuple[str, Function]]:
    """Every function of the folders, as (path:line name, node)."""
    for path, tree in modules(*folders).items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}:{node.lineno} {node.name}", node


def shipped_files() -> list[str]:
    """Every file in the packages' folders, by its path from the root. All of them belong into the wheel."""
    return sorted(str(p.relative_to(ROOT)) for name in PACKAGES for p in (ROOT / name).rglob("*")
                  if p.is_file() and "__pycache__" not in p.parts and not p.name.startswith("."))
