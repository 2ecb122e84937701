"""deploy/systemd: the units are understood by systemd, and leave a service as little as their goal says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.repository.code import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
MOST = 2.5  # what `systemd-analyze security` may say; 10 is wide open
_LIBRARY = Path("/usr/lib/systemd/system")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root folder with systemd's own units, ours, and programs by the names that ours start."""
    if shutil.which("systemd-analyze") is None or not _LIBRARY.is_dir():
        pytest.skip("systemd is not installed")
    root = tmp_path_factory.mktemp("machine")
    shutil.copytree(_LIBRARY, root / "usr" / "lib" / "systemd" / "system", symlinks=True)
    shutil.copytree(UNITS, root / "etc" / "systemd" / "system")
    for name in ("opt/pactwatch/bin/pactwatch", "bin/sh", "usr/bin/find", "usr/bin/litestream"):
        program = root / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return root


def instance(unit: str) -> str:
    """A unit by a name that can be started."""
    return unit.replace("@.", "@1.")


def test_systemd_understands_every_unit(machine: Path) -> None:
    names = [instance(path.name) for path in UNITS.iterdir() if path.is_file()]
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={machine}", "--man=no", *names],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_exposed_little(machine: Path, unit: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={machine}", "--no-pager", instance(unit)],
        check=False,
        capture_output=True,
        text=True,
    )
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST


def test_every_timer_has_its_service_and_every_service_the_name_that_hardens_it() -> None:
    assert [path.name for path in UNITS.glob("*.timer") if not path.with_suffix(".service").exists()] == []
    assert [name for name in SERVICES if not name.startswith("pactwatch-")] == []
    assert (UNITS / "pactwatch-.service.d" / "hardening.conf").is_file()
