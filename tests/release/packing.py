"""Build sdist and wheel from the commit, twice, and compare them byte by byte."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

from tests.release.steps import ROOT, StepError, call


def epoch() -> str:
    """The time of the commit: what every date inside the packages becomes."""
    return call(["git", "log", "-1", "--format=%ct"], cwd=ROOT).strip()


def build(place: Path, dist: Path) -> str:
    """Build twice, in different folders; keep the first in `dist`."""
    if changed := call(["git", "status", "--porcelain", "--untracked-files=no"], cwd=ROOT):
        raise StepError(f"the checkout has changes that are in no commit: {' '.join(changed.split())[:200]}")
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    first, second = (_once(place / name) for name in ("one", "another/and deeper"))
    if [file.name for file in first] != [file.name for file in second]:
        raise StepError(f"two builds made {[f.name for f in first]} and {[f.name for f in second]}")
    for one, other in zip(first, second, strict=True):
        if one.read_bytes() != other.read_bytes():
            raise StepError(f"two builds of {one.name} differ")
        shutil.copy(one, dist)
    return ", ".join(
        f"{file.name} ({file.stat().st_size / 1e6:.1f} MB, sha256 {_digest(file)[:12]}…)" for file in first
    )


def _once(folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    tree = folder / "tree"
    tree.mkdir()
    call(["git", "archive", "--format=tar", f"--output={folder / 'tree.tar'}", "HEAD"], cwd=ROOT)
    with tarfile.open(folder / "tree.tar") as archive:
        archive.extractall(tree, filter="data")
    call(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist"],
        cwd=tree,
        env={"SOURCE_DATE_EPOCH": epoch(), "PYTHONHASHSEED": "0"},
    )
    files = sorted((folder / "dist").iterdir())
    for file in files:
        if file.name.endswith(".tar.gz"):
            _settle(file, int(epoch()))
    return files


def _settle(sdist: Path, when: int) -> None:
    """Give the members of an sdist one order, one owner and one date; setuptools writes those of the builder."""
    packed = io.BytesIO()
    with tarfile.open(sdist) as given, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as made:
        for member in sorted(given.getmembers(), key=lambda one: one.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = when, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            made.addfile(member, given.extractfile(member) if member.isfile() else None)
    sdist.write_bytes(gzip.compress(packed.getvalue(), mtime=when))


def contents(dist: Path) -> str:
    """Check that the packages hold what they must, and nothing that must not leave the house."""
    [wheel], [sdist] = list(dist.glob("*.whl")), list(dist.glob("*.tar.gz"))
    with zipfile.ZipFile(wheel) as archive:
        inside = archive.namelist()
    with tarfile.open(sdist) as archive:
        source = [name.partition("/")[2] for name in archive.getnames()]
    for name in ("pactwatch/start.py", "pipeline/rules/ai-alliances.yaml", "web/static/pactwatch.css"):
        if name not in inside:
            raise StepError(f"{wheel.name} lacks {name}")
    for name in ("pyproject.toml", "LICENSE", "requirements.lock", "deploy/Dockerfile", "CHANGELOG.md"):
        if name not in source:
            raise StepError(f"{sdist.name} lacks {name}")
    if strange := [n for n in (*inside, *source) if n.endswith((".db", ".pyc", "/.env")) or "/secrets/" in n]:
        raise StepError(f"does not belong into a package: {', '.join(strange[:5])}")
    return f"{len(inside)} files in the wheel, {len(source)} in the sdist"


def sums(dist: Path) -> str:
    """Write SHA256SUMS beside everything that is released."""
    files = sorted(file for file in dist.iterdir() if file.name != "SHA256SUMS")
    (dist / "SHA256SUMS").write_text("".join(f"{_digest(file)}  {file.name}\n" for file in files), encoding="utf-8")
    return f"{len(files)} files"


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
