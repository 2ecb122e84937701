"""The command line with short leases and heartbeats, so that tests of lost workers take seconds instead of a minute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import alerts.lane
import archive.engine
import pactwatch.jobs
import pactwatch.work
import pactwatch.workers.queue
import pactwatch.workers.worker
from pactwatch.start import main

modules: list[Any] = [alerts.lane, archive.engine, pactwatch.jobs, pactwatch.work, pactwatch.workers.queue,
                      pactwatch.workers.worker]
SHORT = {"UNDONE_AFTER_S": 2.0, "LEASE": timedelta(seconds=6), "HEARTBEAT_S": 1.0, "STALLED_S": 4.0, "RESCUE_S": 1.0,
         "TICK_S": 1.0, "RENEWED_S": 2.0}
for module in modules:  # each has a copy by its own name
    for name, value in SHORT.items():
        if hasattr(module, name):
            setattr(module, name, value)

if __name__ == "__main__":
    main()
