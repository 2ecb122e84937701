"""Read deploy/Dockerfile as stages of instructions: for the tests of it, and to run it where no engine runs."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

_CONTINUED = re.compile(r"\\\n")


@dataclass(frozen=True)
class Instruction:
    """One instruction, with its line."""

    word: str
    rest: str
    line: int

    @property
    def words(self) -> list[str]:
        """Its arguments, whether written as JSON or as words."""
        return list(json.loads(self.rest)) if self.rest.startswith("[") else shlex.split(self.rest)


@dataclass
class Stage:
    """What follows a FROM."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, word: str) -> list[Instruction]:
        """Its instructions of one word."""
        return [one for one in self.instructions if one.word == word]

    @property
    def environment(self) -> dict[str, str]:
        """What its ENV instructions set."""
        return dict(pair.split("=", 1) for one in self.all("ENV") for pair in one.words)


def stages(file: Path) -> list[Stage]:
    """The stages of a Dockerfile."""
    found: list[Stage] = []
    for one in _instructions(file.read_text(encoding="utf-8")):
        if one.word == "FROM":
            base, _, name = one.rest.partition(" AS ")
            found.append(Stage(base, name))
        elif found:
            found[-1].instructions.append(one)
    return found


def _instructions(text: str) -> list[Instruction]:
    # A continued line keeps its number by line ends that a parser takes for blanks.
    joined = _CONTINUED.sub(lambda _: " \v", text)
    found, number = [], 1
    for line in joined.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            word, _, rest = line.strip().partition(" ")
            found.append(Instruction(word.upper(), rest.replace("\v", "").strip(), number))
        number += 1 + line.count("\v")
    return found
