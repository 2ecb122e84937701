"""Looks at outlets that are under way: they take a minute, and their page asks again until they are done."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from time import monotonic

from core.errors import NotFoundError, PactwatchError, RetryLater
from web.tools import Proposal, Tools

AT_ONCE = 3                              # looks under way
KEPT_S = 3600.0                          # for which a proposal can be accepted


@dataclass
class Lookout:
    """A look at the outlet of an address: under way, or done with a proposal or a problem."""

    url: str
    began: float = field(default_factory=monotonic)
    proposal: Proposal | None = None
    problem: str | None = None

    @property
    def done(self) -> bool:
        """Whether there is something to show."""
        return self.proposal is not None or self.problem is not None


class Lookouts:
    """The looks of a site, by keys that only their asker knows."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._looks: dict[str, Lookout] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, url: str) -> str:
        """Begin a look; its key. RetryLater where too many are under way."""
        self._looks = {key: one for key, one in self._looks.items() if monotonic() - one.began < KEPT_S}
        if len(self._tasks) >= AT_ONCE:
            raise RetryLater(f"{AT_ONCE} outlets are being looked at already; try again in a minute")
        key = secrets.token_urlsafe(9)
        self._looks[key] = Lookout(url)
        task = asyncio.ensure_future(self._work(self._looks[key]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return key

    def find(self, key: str) -> Lookout:
        """The look of a key. NotFoundError where it is too old, or was before a restart."""
        if key not in self._looks:
            raise NotFoundError("this look at an outlet is too old, or the server was started anew; ask for it again")
        return self._looks[key]

    async def _work(self, look: Lookout) -> None:
        try:
            look.proposal = await self._tools.scout(look.url)
            look.problem = look.proposal.problem
        except PactwatchError as failure:
            look.problem = str(failure)
        finally:
            if not look.done:            # ended from outside
                look.problem = "the look was broken off; ask for it again"
