"""Try patterns on hostile texts, in a process of its own: a pattern that runs for ever must not take anybody along.

Run as a program: patterns as JSON on standard input, numbers of those that are too slow on standard output. Hostile is
a text that a pattern reads with its repetitions again and again, and that ends so that it does not fit.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NoReturn

LIMIT_S = 0.25            # of this process's own time, for one text: seven times what the slowest shipped pattern takes
TRIES = 3                 # a busy machine may count time that was not used
LETTERS = 400             # of a text
MOST = 80                 # texts for one pattern
_MANY = 8                 # a repetition of so many can be hostile
_WISHES = "a1 -,A"        # letters that a set of letters is asked for first

Tree = Any                # what the standard library reads a pattern to; it gives it no type


class _TooSlowError(Exception):
    """The time is up."""


class Texts:
    """The hostile texts of a pattern: what leads to each of its repetitions, and then that, many times over."""

    def __init__(self, wish: str) -> None:
        self.wish = wish
        self.made: list[str] = []

    def of(self, tree: Tree, before: str = "") -> str:
        """A text that fits a part of a pattern; what its repetitions make hostile is in `made`."""
        text = ""
        for operation, argument in tree:
            text += self._one(str(operation), argument, before + text)
        return text

    def _one(self, operation: str, argument: Any, before: str) -> str:
        match operation:
            case "LITERAL":
                return chr(argument)
            case "NOT_LITERAL":
                return self.wish if ord(self.wish) != argument else "b"
            case "ANY":
                return self.wish
            case "IN":
                return self._among(argument)
            case "BRANCH":
                first, *_ = [self.of(branch, before) for branch in argument[1]]    # all, for what they make hostile
                return first
            case "SUBPATTERN":
                return self.of(argument[-1], before)
            case "ATOMIC_GROUP":
                return self.of(argument, before)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(before, *argument)
        return ""                        # places, and what only looks ahead or back

    def _repeated(self, before: str, least: int, most: int, tree: Tree) -> str:
        body = self.of(tree, before)
        if most >= _MANY:
            self.made += [before + (pump * LETTERS)[:LETTERS] + "\0" for pump in (body, body + self.wish) if pump]
        return body * min(least, LETTERS) if least else ""

    def _among(self, items: Tree) -> str:
        letters = re.compile("[" + "".join(map(_set_item, items)) + "]")
        return next((letter for letter in (self.wish, *_WISHES, *map(chr, range(33, 127)), "가", "日", "é", "\ue000")
                     if letters.match(letter)), self._first(items))

    @staticmethod
    def _first(items: Tree) -> str:
        for operation, argument in items:
            if str(operation) == "RANGE":
                return chr(argument[0])
            if str(operation) == "LITERAL":
                return chr(argument)
        return "a"


def _set_item(item: tuple[Any, Any]) -> str:
    operation, argument = str(item[0]), item[1]
    if operation == "NEGATE":
        return "^"
    if operation == "LITERAL":
        return re.escape(chr(argument))
    if operation == "RANGE":
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    return {"CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s",
            "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w"}.get(str(argument), r"\W")


def hostile(pattern: str) -> Iterator[str]:
    """Texts on which a pattern with a weakness takes long."""
    tree: Tree = re._parser.parse(pattern)  # type: ignore[attr-defined]  # noqa: SLF001 - read the same way as by re
    found: dict[str, None] = {}
    for wish in _WISHES:
        texts = Texts(wish)
        texts.of(tree)
        found.update(dict.fromkeys(texts.made))
    yield from list(found)[:MOST]


def is_slow(pattern: str, fragment: bool) -> bool:
    """Whether a pattern takes longer than the limit on one of its hostile texts.

    A fragment stands inside a larger pattern: it is tried where it begins, and what follows it never fits.
    """
    compiled = re.compile(f"(?:{pattern})(?!)" if fragment else pattern)
    look = compiled.match if fragment else compiled.search
    return any(all(_takes_too_long(look, text) for _ in range(TRIES)) for text in hostile(pattern))


def _takes_too_long(look: Callable[[str], object], text: str) -> bool:
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    try:
        look(text)
    except _TooSlowError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return False


def _time_is_up(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _TooSlowError


def main() -> None:
    """Read patterns, write the numbers of those that are too slow."""
    signal.signal(signal.SIGVTALRM, _time_is_up)
    given = json.load(sys.stdin)
    json.dump([number for number, (pattern, fragment) in enumerate(given) if is_slow(pattern, fragment)], sys.stdout)


if __name__ == "__main__":
    main()
