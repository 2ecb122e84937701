"""Changed files are noticed."""

from __future__ import annotations

from pathlib import Path

from pactwatch.files import fingerprint


def test_a_new_a_changed_and_a_removed_file_are_noticed(tmp_path: Path) -> None:
    seen = [fingerprint([tmp_path])]
    file = tmp_path / "kr" / "outlet.yaml"
    file.parent.mkdir()
    file.write_text("name: A\n")
    seen.append(fingerprint([tmp_path]))
    file.write_text("name: AB\n")
    seen.append(fingerprint([tmp_path]))
    assert fingerprint([tmp_path]) == seen[-1]
    file.unlink()
    seen.append(fingerprint([tmp_path]))
    assert len(set(seen)) == 3
    assert seen[0] == seen[3]


def test_other_files_do_not_matter(tmp_path: Path) -> None:
    before = fingerprint([tmp_path])
    (tmp_path / "README").write_text("x")
    assert fingerprint([tmp_path]) == before
