"""Lay the organisation files of several folders over each other, and refuse names that would hide one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from core.errors import KnowledgeFileError
from core.yamlfile import line_of
from pipeline.knowledge_files import Organisation
from pipeline.tongues import is_small_word
from pipeline.views import lower, plain

_LISTS = ("aliases", "ko", "ja", "zh", "tickers", "products")


class _Claim(NamedTuple):
    organisation: str
    path: Path
    place: list[str | int]
    guarded: bool


class OrganisationLayers:
    """The organisations of all folders read so far; what was read later comes first and wins."""

    def __init__(self) -> None:
        self.organisations: dict[str, Organisation] = {}
        self._homes: dict[str, Path] = {}
        self._layer: dict[str, Path] = {}
        self._claims: dict[str, _Claim] = {}

    def begin(self) -> None:
        """Another folder follows: from here on a name may stand again."""
        self._layer, self._claims = {}, {}

    def add(self, path: Path, content: Mapping[str, Organisation]) -> None:
        """Lay one file over what was read before. A name or alias twice in a folder raises KnowledgeFileError."""
        upper: dict[str, Organisation] = {}
        for name, entry in content.items():
            if name in self._layer:
                raise _mistake(f"{name!r} is also in {self._layer[name].name}", path, [name])
            self._layer[name] = self._homes[name] = path
            self._claim(name, entry, path)
            whole = self._extended(name, entry, path) if entry.extends else entry
            _check_guards(name, entry, whole, path)
            upper[name] = whole
        self.organisations = upper | {name: entry for name, entry in self.organisations.items() if name not in upper}

    def finish(self) -> dict[str, Organisation]:
        """The organisations. A parent or successor that there is not, or that leads in a circle, is refused."""
        for name, entry in self.organisations.items():
            for key, other in (("parent", entry.parent), ("successor", entry.successor)):
                if other is not None:
                    self._follow(name, key, other)
        return self.organisations

    def _follow(self, name: str, key: str, other: str) -> None:
        """Raise KnowledgeFileError where a parent or successor is nobody, or where those after it come back."""
        if other not in self.organisations:
            raise _mistake(f"{name}: unknown {key} {other!r}; it must be the name of an organisation",
                           self._homes[name], [name, key])
        passed = [name]
        next_: str | None = other
        while next_ in self.organisations:
            if next_ == name:
                circle = " -> ".join([*passed, name])
                raise _mistake(f"{name}: its {key} leads back to itself: {circle}", self._homes[name], [name, key])
            if next_ in passed:          # a circle further up is told of one of its own members
                return
            passed.append(next_)
            next_ = getattr(self.organisations[next_], key)

    def _claim(self, name: str, entry: Organisation, path: Path) -> None:
        """A name of one folder belongs to one organisation, or all who share it say what must stand near."""
        for form, place in _forms(name, entry):
            guarded = form in entry.guards
            if problem := _says_nothing(form, guarded):
                raise _mistake(f"{name}: {problem}", path, place)
            other = self._claims.setdefault(lower(plain(form)), _Claim(name, path, place, guarded))
            if other.organisation != name and not (guarded and other.guarded):
                where = f"{other.path.name}:{line_of(other.path, other.place)}"
                raise _mistake(f"{form!r} names {name!r} here and {other.organisation!r} in {where}; take one away,"
                               f" or give both a guard for {form!r}", path, place)

    def _extended(self, name: str, entry: Organisation, path: Path) -> Organisation:
        below = self.organisations.get(name)
        if below is None:
            raise _mistake(f"there is no organisation {name!r} to extend", path, [name, "extends"])
        said = {key: getattr(entry, key) for key in entry.model_fields_set - {"extends", "guards", *_LISTS}}
        lists = {key: list(dict.fromkeys([*getattr(below, key), *getattr(entry, key)])) for key in _LISTS}
        return below.model_copy(update={**said, **lists, "guards": below.guards | entry.guards})


def _forms(name: str, entry: Organisation) -> Iterator[tuple[str, list[str | int]]]:
    """Every way of naming the organisation, with the place in its file."""
    yield name, [name]
    for key in _LISTS:
        if key != "tickers":
            for number, form in enumerate(getattr(entry, key)):
                yield form, [name, key, number]


def _says_nothing(form: str, guarded: bool) -> str | None:
    """Why a name would be found everywhere, or never."""
    if not any(letter.isalnum() for letter in form):
        return f"the name {form!r} has no letter"
    if guarded:
        return None
    common = is_small_word(form) and not form.isupper()    # UN and US are names
    if len(form.strip()) < 2:
        return f"the name {form!r} is one letter; give it a guard, or leave it out"
    return f"the name {form!r} is a common word; give it a guard, or leave it out" if common else None


def _check_guards(name: str, entry: Organisation, whole: Organisation, path: Path) -> None:
    names = [form for form, _ in _forms(name, whole)]
    for form in entry.guards:
        if form not in names:
            raise _mistake(f"{name}: a guard for {form!r}, which is none of its names; its names: {', '.join(names)}",
                           path, [name, "guards", form])


def _mistake(message: str, path: Path, place: list[str | int]) -> KnowledgeFileError:
    return KnowledgeFileError(message, file=str(path), line=line_of(path, place))
