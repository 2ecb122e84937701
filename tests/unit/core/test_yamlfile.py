"""YAML files: plain types, and the line of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import yamlfile
from core.errors import FileError


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_norway_is_a_country_and_a_time_of_day_is_text(tmp_path: Path) -> None:
    path = written(tmp_path, "country: NO\nat: 08:30\ndate: 2020-01-09\nn: 7\nx: 0.5\non: true\n")
    assert yamlfile.load(path) == {"country": "NO", "at": "08:30", "date": "2020-01-09", "n": 7, "x": 0.5, "on": True}


def test_the_line_of_a_value_is_found_by_its_keys(tmp_path: Path) -> None:
    path = written(tmp_path, "name: A\nentry_points:\n  - feed: x\n  - listing: y\n    links: z\n")
    assert yamlfile.line_of(path, ["name"]) == 1
    assert yamlfile.line_of(path, ["entry_points", 1, "links"]) == 5
    assert yamlfile.line_of(path, ["entry_points", 1, "missing"]) == 4


def test_broken_yaml_names_file_and_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a: 1\nb: [\n")
    with pytest.raises(FileError, match=r"file\.yaml:\d+: is not valid YAML"):
        yamlfile.load(path)


def test_bytes_that_are_no_text_are_a_file_error(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(FileError, match="cannot be read"):
        yamlfile.load(path)


def test_no_python_object_is_ever_built(tmp_path: Path) -> None:
    path = written(tmp_path, "a: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(FileError, match="is not valid YAML"):
        yamlfile.load(path)
