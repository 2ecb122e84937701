"""Places for the nodes of a small graph: those that are tied draw each other near, all others keep apart.

The method is that of Fruchterman and Reingold. It begins on a spiral, so that nothing is left to chance. Then the
places are spread over the whole box, and nodes move until no label covers another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.float64]

_STEPS, _MOST_MOVES = 300, 400
_SPREAD = 0.55                           # between the places as they came (0) and as even as can be (1)


def places(sizes: Sequence[tuple[float, float]], ties: Sequence[tuple[int, int]]) -> Places:
    """A place in the unit square for each node, by the size of its label; always the same for the same graph."""
    count = len(sizes)
    if count < 2:
        return np.full((count, 2), 0.5)
    at = _drawn(_spiral(count), ties)
    at = (at - at.min(axis=0)) / np.maximum(np.ptp(at, axis=0), 1e-9)
    even = at.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / (count - 1)
    return _apart((1 - _SPREAD) * at + _SPREAD * even, np.array(sizes))


def _spiral(count: int) -> Places:
    turn, far = np.arange(count) * np.pi * (3 - np.sqrt(5)), np.sqrt((np.arange(count) + 0.5) / count)
    return np.column_stack((np.cos(turn) * far, np.sin(turn) * far)) / 2


def _drawn(at: Places, ties: Sequence[tuple[int, int]]) -> Places:
    """Where springs and repulsion bring the nodes."""
    count = len(at)
    tied = np.zeros((count, count))
    for a, b in ties:
        tied[a, b] = tied[b, a] = 1.0
    ideal = 1 / np.sqrt(count)
    for step in range(_STEPS):
        between = at[:, None, :] - at[None, :, :]
        far = np.maximum(np.linalg.norm(between, axis=2), 0.01 * ideal)
        force = ideal**2 / far**2 - tied * far / ideal
        move = (between * force[:, :, None]).sum(axis=1) - at          # parts that hang on nothing stay near
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        at = at + move / length * np.minimum(length, 0.1 * ideal * (1 - step / _STEPS) + 1e-3)
    return at


def _apart(at: Places, sizes: Places) -> Places:
    """The nodes moved until no two of their boxes overlap, along the axis that takes less; none leaves the square."""
    need = (sizes[:, None, :] + sizes[None, :, :]) / 2
    tie = np.sign(np.arange(len(at))[:, None] - np.arange(len(at))[None, :])
    for _ in range(_MOST_MOVES):
        between = at[:, None, :] - at[None, :, :]
        over = need - np.abs(between)
        cover = (over > 1e-6).all(axis=2) & (tie != 0)
        if not cover.any():
            break
        side = np.where(between == 0, tie[:, :, None], np.sign(between))
        along_y = over[:, :, 1] <= over[:, :, 0]
        push = np.stack((np.where(along_y, 0, over[:, :, 0]), np.where(along_y, over[:, :, 1], 0)), axis=2)
        at = np.clip(at + (side * push * cover[:, :, None]).sum(axis=1) * 0.3, 0.0, 1.0)
    return at
