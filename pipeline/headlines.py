"""Unknown names in headlines, where capitals say little: the place before the verb and after "with" says more."""

from __future__ import annotations

import re

from pipeline.capitals import LETTERS
from pipeline.entities import Name
from pipeline.expressions import any_of
from pipeline.names import NameRules, Taken
from pipeline.native import is_native
from pipeline.views import View, lower

_WORD = re.compile(rf"[{LETTERS}](?:[{LETTERS}'+-]|\.(?=[{LETTERS}]))*")
_INNER_CAPITAL = re.compile(r"[a-z]{1,2}[A-Z]")
_BETWEEN = frozenset({"with", "between"})
_LONGEST = 5              # words of a name


class HeadlineRules:
    """The word lists, ready to cut names out of a headline."""

    def __init__(self, rules: NameRules) -> None:
        lists = rules.lists
        self._rules = rules
        self._verbs = {word.lower() for word in lists.headline_verbs}
        self._strip = rules.cutter.strip
        self._soft = {word.lower() for word in lists.soft_strip}
        self._descriptors = {word.lower() for word in lists.descriptors}
        states = any_of(map(re.escape, lists.places))
        # "Estonia and OpenAI to …", "Britain signs …", "OpenAI partners with Estonia on …"
        self._state = re.compile(rf"(?:^|\bwith |\band )({states})(?= (?:and|to|on|for|in)\b|, | [a-z]+s\b|$)")

        acts = "sign|agree|join|team|partner|launch|pledge|ink|strike|to|will|deepen|expand|form|set"
        self._two_states = re.compile(rf"({states})(?:, | and | & )({states}) (?:{acts})\w*\b")

    def find(self, view: View, known: list[Name], written: set[str]) -> list[Name]:
        """The names that might be organisations in a headline: those before its verb and after `with`.

        `written` are the names that the text itself writes with capitals; they are believed over the headline.
        """
        if view.plain.isupper() and not is_native(view.plain):
            return []
        names = self._states(view, known)
        if not is_title_case(view.plain):
            found = self._rules.discover(view, known)
            return names + found.organisations + [
                name for name in found.maybe if not self._rules.is_person(name.organisations[0])]
        return names + self._in_title_case(view, known + names, written)

    def _states(self, view: View, known: list[Name]) -> list[Name]:
        """States and cities that act in a headline, beside an organisation or a state; their government is meant."""
        if not known:
            both = self._two_states.match(view.plain)
            return [Name(*both.span(number), (both[number],), known=False) for number in (1, 2)] if both else []
        taken = Taken(known)
        return [Name(*match.span(1), (match[1],), known=False) for match in self._state.finditer(view.plain)
                if not taken.overlaps(*match.span(1))]

    def _in_title_case(self, view: View, known: list[Name], written: set[str]) -> list[Name]:
        taken = Taken(known)
        names: list[Name] = []
        at_start, after_with = True, False
        run: list[re.Match[str]] = []
        for match in (*_WORD.finditer(view.plain), None):
            word = match[0] if match else ""
            low = lower(word).removesuffix("'s")
            gap = view.plain[run[-1].end() : match.start()] if run and match else ""
            held = match is not None and taken.overlaps(match.start(), match.end())
            ends = (match is None or low in self._verbs or low in self._strip or _is_plain(word)
                    or gap.strip() not in {"", "&"} or held)
            if ends and run:
                if at_start or after_with:
                    self._add(view, run, written, names)
                run, after_with = [], after_with and gap.strip() == ","
            if match is None or low in self._verbs:
                at_start = False
            elif low in _BETWEEN:
                after_with = True
            elif low == "and":
                pass
            elif not ends or (gap.strip() and low not in self._strip and not held):
                run.append(match)
            elif _is_plain(word):
                after_with = False
        return names

    def _add(self, view: View, run: list[re.Match[str]], written: set[str], found: list[Name]) -> None:
        """The name in a run of capitalised words: what the text writes so, or all but the words that describe it."""
        cut = next((place + 1 for place, word in enumerate(run[:-1]) if lower(word[0]) in self._descriptors), 0)
        run = run[cut:]
        while len(run) > 1 and lower(run[0][0]) in self._soft and self._text(view, run) not in written \
                and not self._rules.cutter.has_form(self._text(view, run)):
            run = run[1:]
        # "Norvane Robotics Smart Sensors": the text knows where the name ends.
        size = next((size for size in range(len(run), 0, -1) if self._text(view, run[:size]) in written), len(run))
        run = run[:size]
        text = self._text(view, run)
        if len(run) <= _LONGEST and len(text) > 1 and not self._rules.cutter.is_empty(text) \
                and not self._rules.is_person(text):
            found.append(Name(run[0].start(), run[0].start() + len(text), (text,), known=False))

    @staticmethod
    def _text(view: View, run: list[re.Match[str]]) -> str:
        return view.plain[run[0].start() : run[-1].end()].removesuffix("'s")


def _is_plain(word: str) -> bool:
    """Whether a word is written small, unlike `dLocal`."""
    return word[:1].islower() and not _INNER_CAPITAL.match(word)


def is_title_case(title: str) -> bool:
    """Whether a headline writes most of its words with capitals, so that capitals say nothing."""
    words = [word for word in re.findall(r"[A-Za-z][A-Za-z'-]+", title) if len(word) > 3]
    return len(words) >= 4 and sum(word[0].isupper() for word in words) >= 0.7 * len(words)
