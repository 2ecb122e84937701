"""What `org:` and `pair:` mean in a workspace: its organisations, read only where a query asks for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from core.workspace import Workspace
from pipeline.entities import Gazetteer
from pipeline.knowledge import load_gazetteer

Aliases = Callable[[str], Sequence[str]]


class Names:
    """The canonical names that people's words mean. They are read when the first is asked for."""

    def __init__(self, space: Workspace) -> None:
        self._space = space

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return load_gazetteer(*self._space.knowledge_dirs)

    def __call__(self, name: str) -> Sequence[str]:
        """What a name means; nothing where it is not known."""
        return sorted(self._gazetteer.wanted(name))
