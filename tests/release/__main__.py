"""Make a release, and everything that has to hold for one: `make release`.

python -m tests.release [--published]

It leaves in dist/: sdist, wheel, sbom.cdx.json, licences.txt, SHA256SUMS. Each step ends as ok, FAILED or not reached
(what it asks is not reachable from here). With --published, as the pipeline that publishes calls it, that fails, too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.release import licences, packing, smoke, supply
from tests.release.steps import ROOT, Done, NotReachedError, StepError

DIST = ROOT / "dist"


def step(done: list[Done], name: str, work: Callable[[], str]) -> bool:
    """Carry out a step and print what became of it. Whether later steps can build on it."""
    try:
        result = Done(name, "ok", work())
    except NotReachedError as failure:
        result = Done(name, "not reached", str(failure))
    except StepError as failure:
        result = Done(name, "FAILED", str(failure))
    done.append(result)
    print(f"{result.name:14} {result.state}: {result.said}", flush=True)
    return result.state == "ok"


def main() -> int:
    """All steps; 1 where one failed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--published", action="store_true", help="what is not reached fails, too")
    published = options.parse_args().published or os.environ.get("PACTWATCH_RELEASE") == "published"
    done: list[Done] = []
    with tempfile.TemporaryDirectory(prefix="pactwatch-release-") as folder:
        place = Path(folder)
        step(done, "locks", supply.locks)
        step(done, "locked again", supply.relock)
        if step(done, "built twice", lambda: packing.build(place, DIST)):
            step(done, "contents", lambda: packing.contents(DIST))
            python = place / "venv" / "bin" / "python"
            if step(done, "installed", lambda: f"with {smoke.install(place, DIST).name}, hashes required"):
                step(done, "used", lambda: smoke.use(python, place))
                step(done, "licences", lambda: licences.check(python, DIST))
                step(done, "materials", lambda: supply.bill(python, DIST))
            step(done, "weaknesses", supply.audit)
            step(done, "image", supply.image)
            step(done, "sums", lambda: packing.sums(DIST))
    bad = [one for one in done if one.state == "FAILED" or (published and one.state == "not reached")]
    print(
        f"{len(bad)} of {len(done)} steps stand in the way of a release."
        if bad
        else f"dist/ is ready: {len(done)} steps."
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
