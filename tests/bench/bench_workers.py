"""Many workers on one PostgreSQL: are polls in time and polite, is anything lost or done twice, what does a job cost?

python -m tests.bench.bench_workers polls [--hosts 200] [--outlets 10] [--minutes 3]
python -m tests.bench.bench_workers outage [--seconds 60]
python -m tests.bench.bench_workers throughput PAGES [--outlets 20] [--articles 50] [--rounds 1]
python -m tests.bench.bench_workers backfill [--shards 50] [--pages 40] [--kills 12]

Each starts a PostgreSQL, a web of its own on loopback, a mock of Slack, and real processes of the command line.
`polls` kills a worker and freezes another in the middle; `outage` restarts the server, then cuts it off. CPU is that of
processes (user and system), without the server's unless it is named; figures want a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.bench import workers_backfill, workers_polls, workers_throughput


def main() -> int:
    """Run one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    polls = kinds.add_parser("polls")
    polls.add_argument("--hosts", type=int, default=200)
    polls.add_argument("--outlets", type=int, default=10)
    polls.add_argument("--minutes", type=float, default=3)
    polls.set_defaults(run=workers_polls.polls)
    outage = kinds.add_parser("outage")
    outage.add_argument("--hosts", type=int, default=40)
    outage.add_argument("--outlets", type=int, default=5)
    outage.add_argument("--seconds", type=float, default=60)
    outage.set_defaults(run=workers_polls.outage)
    throughput = kinds.add_parser("throughput")
    throughput.add_argument("pages", type=Path, help="folder of news pages")
    throughput.add_argument("--outlets", type=int, default=20)
    throughput.add_argument("--articles", type=int, default=50)
    throughput.add_argument("--rounds", type=int, default=1)
    throughput.set_defaults(run=workers_throughput.throughput)
    backfill = kinds.add_parser("backfill")
    backfill.add_argument("--shards", type=int, default=50)
    backfill.add_argument("--pages", type=int, default=40)
    backfill.add_argument("--kills", type=int, default=12)
    backfill.add_argument("--workers", type=int, default=2)
    backfill.set_defaults(run=workers_backfill.backfill)
    options = parser.parse_args()
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
