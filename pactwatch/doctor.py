"""What is wrong with a source's file: each entry point is kept, replaced, dropped or added, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Literal

from core.clock import now
from core.errors import SourceFileError
from pactwatch.scout import Scouted, by_whom
from scrapers.scout import propose
from scrapers.scout.edit import block_of, keys_of, with_key
from scrapers.scout.measure import Candidate
from scrapers.scout.page import site_of
from scrapers.scout.words import found_by, measured
from scrapers.source import SourceFile, read_source

Advice = Literal["keep", "replace", "drop", "add"]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do with one entry point, and why."""

    advice: Advice
    kind: str
    url: str
    why: str
    new_url: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """For scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


def steps(source: SourceFile, result: Scouted) -> list[Step]:
    """The steps from the present file to what covers the outlet. Where nothing was found, everything stays."""
    found = {c.moved_from or c.url: c for c in result.look.candidates if c.found_by == "the present file"}
    plan = [_step(point.kind, point.url, found.get(point.url), result) for point in source.entry_points]
    mine = {id(c) for c in found.values()}
    plan += [Step("add", c.kind, c.url, f"{measured(c)}; {found_by(c)}") for c in result.chosen
             if id(c) not in mine]
    return plan


def _step(kind: str, url: str, candidate: Candidate | None, result: Scouted) -> Step:
    if not result.chosen:
        state = candidate.dropped if candidate else "not looked at"
        return Step("keep", kind, url, f"{state}; nothing better was found")
    if candidate is None or candidate.outcome is None:
        return Step("keep", kind, url, "not looked at: the budget of requests was used up")
    if candidate.dropped:
        return Step("drop", kind, url, candidate.dropped)
    if candidate.moved_from:
        return Step("replace", kind, url, f"it leads to {candidate.url}; {measured(candidate)}", candidate.url)
    if candidate.kind != kind:
        return Step("replace", kind, url, f"it is a {candidate.kind}; {measured(candidate)}", candidate.url)
    return Step("keep", kind, url, measured(candidate))


def target(folder: Path, source: SourceFile) -> Path:
    """The file of the workspace that a change of the source goes to."""
    return source.file if folder in source.file.parents else folder / source.file.parent.name / source.file.name


def whole_text(source: SourceFile) -> str:
    """The text of the source's file; of a file that changes some keys of a shipped one, both together."""
    text = source.file.read_text(encoding="utf-8")
    if source.base is None:
        return text
    merged = source.base.read_text(encoding="utf-8")
    for key in keys_of(text):
        merged = with_key(merged, key, _ended(block_of(text, key) or ""))
    return merged


def mended(source: SourceFile, result: Scouted, plan: list[Step]) -> str:
    """The text of the file after the plan, with the record of this check."""
    text = whole_text(source)
    check = propose.checked(now().date(), f"{by_whom()} sources doctor", result.found)
    if any(step.advice != "keep" for step in plan):
        kept = {s.url for s in plan if s.advice == "keep"} if result.chosen else set()
        unseen = [c for c in result.look.candidates if c.outcome is None and c.url in kept]
        selectors = {
            e.url: {n: v for n in ("links", "title", "date") if (v := getattr(e, n))} for e in source.entry_points
        }
        text = with_key(text, "entry_points", propose.entry_points([*result.chosen, *unseen], selectors))
    home = result.look.home
    if result.chosen and site_of(home) != site_of(source.home) and result.look.pages:
        text = with_key(text, "home", f"home: {home}\n")
    if result.articles == "feed" and source.articles != "feed":
        text = with_key(text, "articles", "articles: feed\n")
    if result.render and source.render is not True:
        text = with_key(text, "render", f"render: {str(result.render).lower()}\n")
    return with_key(text, "checked", check)


def changed_keys(source: SourceFile, text: str) -> set[str]:
    """The keys that a text says otherwise than the present file."""
    before = whole_text(source)
    return {key for key in keys_of(text) if _body(block_of(text, key)) != _body(block_of(before, key))}


def difference(source: SourceFile, text: str) -> Iterator[str]:
    """The lines of a unified diff from the present file to a text."""
    before = whole_text(source)
    name = f"{source.file.parent.name}/{source.file.name}"
    return unified_diff(before.splitlines(), text.splitlines(), f"{name} (present)", f"{name} (proposed)", lineterm="")


def write(folder: Path, source: SourceFile, text: str) -> Path:
    """Write the mended file into the workspace; a shipped source gets no more than the keys that are to change."""
    path = target(folder, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = changed_keys(source, text)
    if path != source.file and "entry_points" not in changed:
        text = "".join(_ended(block_of(text, key) or "") for key in keys_of(text) if key in changed)
        base: Path | None = source.file
    elif source.base is not None and "entry_points" not in changed:
        own = source.file.read_text(encoding="utf-8")
        for key in changed:
            own = with_key(own, key, _ended(block_of(text, key) or ""))
        text, base = own, source.base
    else:
        base = None
    earlier = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(text, encoding="utf-8")
    try:
        read_source(path, base)
    except SourceFileError:
        if earlier is None:
            path.unlink()
        else:
            path.write_text(earlier, encoding="utf-8")
        raise
    return path


def _body(block: str | None) -> str:
    return (block or "").strip()


def _ended(block: str) -> str:
    return block if block.endswith("\n") else block + "\n"
