"""An extraction process that cannot start says why."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.errors import KnowledgeFileError
from core.records import Processed
from core.workspace import shipped
from pactwatch.pool import ExtractionPool


def test_a_broken_knowledge_file_is_told_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "organisations"
    folder.mkdir()
    (folder / "ours.yaml").write_text("Norvane Robotics:\n  type: firm\n")

    async def done(_: list[Processed]) -> None: ...

    async def main() -> None:
        pool = ExtractionPool(1, [shipped("pipeline", "knowledge"), tmp_path], [shipped("pipeline", "rules")], done)
        pool.start()
        try:
            await pool.until_broken()
        finally:
            pool.stop()

    with pytest.raises(KnowledgeFileError, match=r"ours\.yaml:2: .*'firm'"):
        asyncio.run(main())
