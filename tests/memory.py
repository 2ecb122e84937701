"""What the processes of a test run remember, so that they do not work out the same thing hundreds of times.

Reading the shipped knowledge takes more than half a second of the processor, most of it for YAML and for patterns. Of
a text that was read before the content is kept, and given out in fresh copies; a changed file is another text.
"""

from __future__ import annotations

import pickle
import re
from typing import Any

import yaml

_read = yaml.load
_contents: dict[tuple[str, type], bytes] = {}


def remember() -> None:
    """Keep the contents of YAML texts and more compiled patterns, in this process and in those forked from it."""
    yaml.load = _load  # type: ignore[assignment]
    re._MAXCACHE = 10_000  # type: ignore[attr-defined]


def _load(text: Any, Loader: type) -> Any:  # noqa: N803 - as yaml.load
    if not isinstance(text, str):
        return _read(text, Loader=Loader)  # type: ignore[arg-type]
    if (text, Loader) not in _contents:
        _contents[text, Loader] = pickle.dumps(_read(text, Loader=Loader))  # type: ignore[arg-type]
    return pickle.loads(_contents[text, Loader])
