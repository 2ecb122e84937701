"""The rules and knowledge in force: copies of the workspace's own files, each in its last good version."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import KnowledgeFileError, RuleFileError
from core.logs import get_logger
from core.workspace import Workspace
from pactwatch.extraction_worker import follow_parent
from pactwatch.files import Fingerprint, fingerprint
from pipeline.knowledge import load_knowledge
from pipeline.rulebook import read_rule

log = get_logger("last_good")


class LastGood:
    """What extraction processes are given. A file that is broken by an edit does not take its last version along."""

    def __init__(self, space: Workspace) -> None:
        self._shipped = (space.knowledge_dirs[:-1], space.rule_dirs[:-1])
        self._own = (space.knowledge_dirs[-1], space.rule_dirs[-1])
        self._folder = TemporaryDirectory(prefix="pactwatch-")
        self._number = 0                 # of the last copy
        self._copies = (self._new("knowledge"), self._new("rules"))
        self._seen: tuple[Fingerprint, Fingerprint] | None = None

    @property
    def knowledge_dirs(self) -> tuple[Path, ...]:
        """Where the knowledge in force comes from, later folders over earlier ones."""
        return (*self._shipped[0], self._copies[0])

    @property
    def rule_dirs(self) -> tuple[Path, ...]:
        """The same for rules."""
        return (*self._shipped[1], self._copies[1])

    async def refresh(self, *, strict: bool = False) -> bool:
        """Take up what changed since the last call; True where something did. A mistake is logged once.

        The first call takes the files as they are; with `strict` it raises KnowledgeFileError where they are wrong.
        """
        present = (fingerprint((*self._shipped[0], self._own[0])), fingerprint((*self._shipped[1], self._own[1])))
        seen, self._seen = self._seen, present
        if present == seen:
            return False
        knowledge, rules = self._copies
        if seen is None or present[0] != seen[0]:
            knowledge = await self._knowledge(check=strict or seen is not None, first=seen is None)
        if seen is None or present[1] != seen[1]:
            rules = self._rules(first=seen is None)
        changed = (knowledge, rules) != self._copies
        self._copies = (knowledge, rules)
        return changed

    async def _knowledge(self, *, check: bool, first: bool) -> Path:
        copy = self._copy(self._own[0], "knowledge")
        problem = await self._problem(copy) if check else None
        if problem is None:
            return copy
        told = problem.replace(str(copy), str(self._own[0]))
        if first:
            self.close()
            raise KnowledgeFileError(told)
        log.error("knowledge file is wrong, the last good version stays in force", problem=told)
        return self._copies[0]

    async def _problem(self, copy: Path) -> str | None:
        """What is wrong with the knowledge, found in a process of its own: reading all of it would hold up the loop.

        Without files of its own a workspace has the shipped knowledge, which its tests have proved.
        """
        if not _holds_files(copy):
            return None
        executor = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=follow_parent)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(executor, knowledge_problem, (*self._shipped[0], copy))
        finally:
            executor.shutdown(wait=False)

    def _rules(self, *, first: bool) -> Path:
        copy = self._copy(self._own[1], "rules")
        for path in sorted(copy.glob("*.yaml")):
            problem = rule_problem(path)
            if problem is None or first:   # at first it has no good version; who reads it leaves it out and says so
                continue
            told, good = problem.replace(str(copy), str(self._own[1])), self._copies[1] / path.name
            if good.is_file():
                shutil.copyfile(good, path)
                told += "; its last good version stays in force"
            log.error("rule file is wrong", problem=told)
        return copy

    def _copy(self, own: Path, name: str) -> Path:
        target = self._new(name)
        if own.is_dir():
            shutil.copytree(own, target, dirs_exist_ok=True)
        return target

    def _new(self, name: str) -> Path:
        self._number += 1
        target = Path(self._folder.name) / f"{name}-{self._number}"
        target.mkdir()
        return target

    def close(self) -> None:
        """Remove the copies."""
        self._folder.cleanup()


def _holds_files(folder: Path) -> bool:
    return any(folder.rglob("*.y*ml"))


def rule_problem(path: Path) -> str | None:
    """The mistake in a rule file, in one line; None where it is in order."""
    try:
        read_rule(path)
    except RuleFileError as failure:
        return str(failure)
    return None


def knowledge_problem(directories: tuple[Path, ...]) -> str | None:
    """The mistake in knowledge files, in one line; None where they are in order."""
    try:
        load_knowledge(*directories)
    except KnowledgeFileError as failure:
        return str(failure)
    return None
