"""What the libraries are: a bill of materials, known weaknesses, and a lock file that comes out the same twice."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tests.release.packing import epoch
from tests.release.steps import ROOT, NotReachedError, StepError, call

LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "deploy/requirements-build.lock",
    "deploy/requirements-release.lock",
    "deploy/requirements-deploy.lock",
)


def bill(python: Path, dist: Path) -> str:
    """Write a CycloneDX bill of materials of the environment."""
    out = dist / "sbom.cdx.json"
    program = Path(sys.executable).with_name("cyclonedx-py")
    command = [
        program,
        "environment",
        "--output-reproducible",
        "--pyproject",
        ROOT / "pyproject.toml",
        "-o",
        out,
        python,
    ]
    call(command, cwd=dist, env={"SOURCE_DATE_EPOCH": epoch()})
    parts = json.loads(out.read_text(encoding="utf-8"))
    # Where they were installed from is this machine's business.
    for one in parts["components"]:
        one.pop("externalReferences", None)
    out.write_text(json.dumps(parts, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return f"{len(parts['components'])} components, CycloneDX {parts['specVersion']}"


def audit() -> str:
    """Ask for known weaknesses of what is locked. A service that knows none of the packages has told us nothing."""
    program = Path(sys.executable).with_name("pip-audit")
    try:
        said = call(
            [
                program,
                "-r",
                ROOT / "requirements.lock",
                "--require-hashes",
                "--disable-pip",
                "--no-deps",
                "--progress-spinner",
                "off",
                "--format",
                "json",
            ],
            cwd=ROOT,
            allowed=(0, 1),
        )
        found = json.loads(said)["dependencies"]
    except (StepError, ValueError) as failure:
        raise NotReachedError(f"pip-audit's service did not answer: {str(failure)[-200:]}") from failure
    weak = [
        f"{one['name']} {one['version']}: {', '.join(v['id'] for v in one['vulns'])}"
        for one in found
        if one.get("vulns")
    ]
    if weak:
        raise StepError(f"known weaknesses: {'; '.join(weak)}")
    silent = [one["name"] for one in found if "skip_reason" in one]
    if silent:
        raise NotReachedError(f"the service could tell nothing about {len(silent)} of {len(found)} packages")
    return f"no known weakness in {len(found)} packages"


def locks() -> str:
    """The lock files pin everything by hash, and name no address."""
    pins = 0
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        if found := re.search(r"https?://|file:|--(extra-)?index-url|--find-links", text):
            raise StepError(f"{name} names an address: {found[0]}")
        for entry in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
            if not re.match(r"[A-Za-z0-9._-]+(\[[^\]]+\])?==\S+", entry) or "--hash=sha256:" not in entry:
                raise StepError(f"{name} does not pin by hash: {entry.splitlines()[0]}")
            pins += 1
    return f"{len(LOCKS)} files, {pins} pins by hash, no addresses"


def relock() -> str:
    """`make lock-check`: resolve without upgrades, twice; the files stay as they are."""
    before = {name: (ROOT / name).read_bytes() for name in LOCKS}
    try:
        for _ in range(2):
            call(["make", "--silent", "relock"], cwd=ROOT)
            if changed := [name for name in LOCKS if (ROOT / name).read_bytes() != before[name]]:
                raise StepError(f"resolving the dependencies gives other files: {', '.join(changed)}; run `make lock`")
    finally:
        for name, content in before.items():
            (ROOT / name).write_bytes(content)
    return "resolved twice, the same files"


def image() -> str:
    """The base of the image is pinned by digest."""
    text = (ROOT / "deploy" / "base-image.env").read_text(encoding="utf-8")
    if not re.search(r"^BASE_DIGEST=sha256:[0-9a-f]{64}$", text, re.MULTILINE):
        raise NotReachedError(
            "deploy/base-image.env has no digest yet; run `make pin-image` where docker and a network are"
        )
    return "pinned by digest"
