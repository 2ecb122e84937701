"""What `make release` refuses: locks that name addresses, licences that do not fit, checks that checked nothing."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from tests.release import packing, supply
from tests.release.__main__ import step
from tests.release.licences import acceptable
from tests.release.steps import Done, NotReachedError, StepError


def test_the_lock_files_pin_by_hash_and_name_no_address() -> None:
    assert "no addresses" in supply.locks()


@pytest.mark.parametrize(
    "line", ["--extra-index-url https://index.example/simple", "thing @ file:///tmp/thing", "thing==1.0"]
)
def test_another_lock_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(supply, "ROOT", tmp_path)
    monkeypatch.setattr(supply, "LOCKS", ("a.lock",))
    (tmp_path / "a.lock").write_text(f"good==1.0 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")
    with pytest.raises(StepError):
        supply.locks()


@pytest.mark.parametrize(
    ("licence", "fits"),
    [
        ("MIT", True),
        ("BSD License", True),
        ("3-Clause BSD License", True),
        ("Apache-2.0 AND MIT", True),
        ("LGPL-3.0-only", True),
        ("MPL-2.0 AND MIT", True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("GNU Lesser General Public License v3 or later (LGPLv3+) OR Apache Software License", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("", False),
        ("Proprietary", False),
    ],
)
def test_a_licence_fits_where_one_alternative_consists_of_good_ones(licence: str, fits: bool) -> None:
    assert acceptable(licence) is fits


def answering(monkeypatch: pytest.MonkeyPatch, dependencies: object) -> None:
    monkeypatch.setattr(supply, "call", lambda *_, **__: json.dumps({"dependencies": dependencies}))


def test_an_audit_that_knew_nothing_has_not_been_one(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, [{"name": "a", "skip_reason": "not found"}, {"name": "b", "version": "1", "vulns": []}])
    with pytest.raises(NotReachedError, match="1 of 2"):
        supply.audit()


def test_a_known_weakness_stops_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(
        monkeypatch, [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}, {"name": "b", "skip_reason": "?"}]
    )
    with pytest.raises(StepError, match="a 1: CVE-1"):
        supply.audit()


def test_a_clean_audit_says_of_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, [{"name": "a", "version": "1", "vulns": []}])
    assert supply.audit() == "no known weakness in 1 packages"


@pytest.mark.parametrize(("failure", "state"), [(StepError, "FAILED"), (NotReachedError, "not reached")])
def test_a_step_says_how_it_ended(failure: type[Exception], state: str) -> None:
    def work() -> str:
        raise failure("why")

    done: list[Done] = []
    assert step(done, "name", work) is False
    assert done == [Done("name", state, "why")]


def test_an_sdist_is_the_same_whoever_packs_it_and_when(tmp_path: Path) -> None:
    made = []
    for number, order in enumerate((("a", "b"), ("b", "a"))):
        file = tmp_path / f"{number}.tar.gz"
        with tarfile.open(file, "w:gz") as archive:
            for name in order:
                member = tarfile.TarInfo(name)
                member.mtime, member.uid, member.uname, member.mode = (
                    1000 + number,
                    number,
                    f"user{number}",
                    0o644 + number * 8,
                )
                archive.addfile(member)
        packing._settle(file, 5)
        made.append(file.read_bytes())
    assert made[0] == made[1]
