"""The licences of everything that is installed with Pactwatch, and whether Apache-2.0 software may depend on them.

What is depended on and not copied may be under a weak copyleft: LGPL and MPL ask for nothing here but that their own
files stay under them. A library under the GPL alone would decide over the whole, so it is refused, as is one that says
nothing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.release.steps import StepError, call

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LGPL-2.1",
    "LGPL-3.0",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-1.1",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "ZPL-2.1",
    "Zlib",
}
# The long names of classifiers and of old metadata.
_NAMES = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0",
}
_SUFFIX = re.compile(r"(-only|-or-later|\+)$")
_READ = """
import importlib.metadata as metadata, json
found = []
for one in metadata.distributions():
    about = one.metadata
    classes = [c.split(" :: ")[-1] for c in about.get_all("Classifier", []) if c.startswith("License ::")]
    classes = [c for c in classes if c != "OSI Approved"]
    old = (about.get("License") or "").strip()
    found.append([about["Name"], one.version, about.get("License-Expression") or " OR ".join(classes)
                  or (old if "\\n" not in old else old.splitlines()[0])])
print(json.dumps(sorted(found, key=lambda row: row[0].lower())))
"""


def acceptable(expression: str) -> bool:
    """Whether one alternative of a licence expression consists of allowed licences only."""
    expression = _NAMES.get(expression, expression)
    return any(
        all(_allowed(one) for one in re.split(r"\s+AND\s+", alternative.strip(" ()")))
        for alternative in re.split(r"\s+OR\s+", expression)
    )


def _allowed(name: str) -> bool:
    name = name.strip()
    name = _NAMES.get(name, name).strip(" ()")
    return _SUFFIX.sub("", name) in ALLOWED


def check(python: Path, dist: Path) -> str:
    """List the licences of an environment in `dist`, and refuse what may not be depended on."""
    rows = json.loads(call([python, "-c", _READ], cwd=dist))
    rows = [row for row in rows if row[0].lower() not in {"pip", "setuptools", "wheel"}]
    lines = [f"{name} {version}: {licence or 'says nothing'}" for name, version, licence in rows]
    (dist / "licences.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    refused = [line for line, row in zip(lines, rows, strict=True) if not acceptable(row[2])]
    if refused:
        raise StepError(f"cannot be used by Apache-2.0 software: {'; '.join(refused)}")
    return f"{len(rows)} packages, each under a licence that Apache-2.0 software may depend on"
