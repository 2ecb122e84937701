"""A process that builds digests and delivers until nothing is left, for tests that kill it or run two at once.

Arguments: database address, settings as JSON. It says `ready`, waits for SIGUSR1, and then works.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from alerts.channels.slack import SlackChannel
from alerts.deliver import Courier
from alerts.tick import tick
from archive import claims
from archive.engine import open_engine
from core.clock import now
from core.settings import LogSettings, Settings


def quick_courier(engine: object, settings: Settings) -> Courier:
    """A courier for a Slack of the test: no pace, short settling."""
    def opener(name: str) -> SlackChannel:
        channel = SlackChannel(name.removeprefix("slack:"), settings.slack_token(), settings.slack.api_url,
                               settings.slack.timeout, settle=0.2)
        channel.pace = 0.0
        return channel
    return Courier(engine, settings, opener=opener)  # type: ignore[arg-type]


def main() -> None:
    """Work until nothing is pending, for a minute at most."""
    from core.logs import configure
    configure(LogSettings(format="json"))
    claims.SETTLE = timedelta(seconds=0.2)
    engine = open_engine(sys.argv[1])
    settings = Settings(home=Path(), **json.loads(sys.argv[2]))
    courier = quick_courier(engine, settings)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGUSR1})
    for _ in range(600):
        if tick(engine, settings, now(), courier).pending == 0:
            return
        time.sleep(0.1)
    sys.exit(1)


if __name__ == "__main__":
    main()
