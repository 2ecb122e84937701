"""Watch a web of outlets that publish and fail while `pactwatch serve` runs: was anything missed, was anything late?

python tests/bench/replay_watch.py prepare SOURCES.json HOME
python tests/bench/replay_watch.py watch HOME CONTROL [--minutes 30] [--faults 3] [--rates 0.2,1,4] [--serve]
python tests/bench/replay_watch.py report HOME STATE

The web is a program of its own. `SOURCES.json` lists its outlets as it writes them at its start: `index`, `base` and
the addresses `rss`, `atom`, `news_sitemap`, `listing`. `CONTROL` is the address where it is told to publish and to
fail, and asked for all it has published (`STATE`, an address or a file).

`prepare` writes a workspace with a source for each outlet, of all kinds of entry points. `watch` publishes at different
rates, lets outlets fail in all ways, notes each interval as it stands in the database, stops after so many minutes,
waits until every article had its chance, and reports; with `--serve` it also starts and stops the service. `report`
repeats the report. An article is in time when it is stored within the interval that its source had when it was
published, and two seconds. Where it was not, a fault explains it when one lay between the poll before it was published
and the moment it was stored. Pages that ask robots not to keep them are none of ours.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

SLACK_S = 2.0
SETTINGS = """
[crawl]
allow_networks = ["127.0.0.0/8"]
contact = "bench@example.org"
delay = {delay}
timeout = 8
[catalog]
builtin = false
"""
KINDS = (
    ("feed", "rss"), ("feed", "atom"), ("feed", "rss"), ("sitemap", "news_sitemap"), ("feed", "atom"),
    ("listing", "listing"),
)  # fmt: skip
FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503}, {"status": 500}, {"status": 502}, {"status": 503, "retry_after": 20},
    {"status": 429, "retry_after": 15}, {"reset": True}, {"stall": 30}, {"stall": 3}, {"status": 200},
)  # fmt: skip
SAMPLE_S = 1.0


def prepare(sources: Path, home: Path, delay: float) -> None:
    """Write the workspace."""
    (home / "sources").mkdir(parents=True, exist_ok=True)
    (home / "pactwatch.toml").write_text(SETTINGS.format(delay=delay), encoding="utf-8")
    for outlet in json.loads(sources.read_text(encoding="utf-8"))["outlets"]:
        kind, key = KINDS[outlet["index"] % len(KINDS)]
        text = f"name: Outlet {outlet['index']}\nhome: {outlet['base']}/\nentry_points:\n  - {kind}: {outlet[key]}\n"
        (home / "sources" / f"outlet-{outlet['index']}.yaml").write_text(text, encoding="utf-8")


def ask(address: str, body: dict[str, Any] | None = None) -> Any:
    """GET, or POST a JSON object."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data=data), timeout=60) as answer:
        return json.load(answer)


def moment(text: str) -> float:
    """Seconds of a time in UTC, as SQLite or JSON has it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def reading(home: Path) -> closing[sqlite3.Connection]:
    """The archive, read only."""
    database = sqlite3.connect(f"file:{home}/data/pactwatch.db?mode=ro", uri=True, timeout=30)
    database.row_factory = sqlite3.Row
    return closing(database)


class Notes:
    """What was done and seen, as JSON lines beside the archive, so that a report can be made again."""

    def __init__(self, home: Path) -> None:
        self._file = (home / "watch.jsonl").open("a", encoding="utf-8")
        self._last: dict[str, Any] = {}

    def add(self, kind: str, **values: Any) -> None:
        """Write a line."""
        self._file.write(json.dumps({"kind": kind, "at": time.time(), **values}) + "\n")
        self._file.flush()

    def sample(self, home: Path) -> None:
        """Note the intervals that have changed."""
        with reading(home) as database:
            rows = database.execute(
                "SELECT source_id, url, last_polled_at, next_due_at, interval_s, failures FROM entry_points"
            ).fetchall()
        for row in rows:
            values = tuple(row)
            if row["last_polled_at"] and self._last.get(row["url"]) != values:
                self._last[row["url"]] = values
                self.add(
                    "interval", source=row["source_id"], polled=moment(row["last_polled_at"]),
                    due=moment(row["next_due_at"]), interval=row["interval_s"], failures=row["failures"],
                )  # fmt: skip


class Web:
    """Makes the outlets publish and fail."""

    def __init__(self, control: str, notes: Notes, rates: list[float], faults_a_minute: float, seed: int) -> None:
        self._control, self._notes, self._random = control.rstrip("/"), notes, random.Random(seed)
        self._outlets = [o["index"] for o in ask(f"{self._control}/state")["outlets"]]
        self._rates = {o: rates[o % len(rates)] / 60 for o in self._outlets}
        self._faults_rate = faults_a_minute / 60
        self._failing: dict[int, float] = {}

    def step(self, seconds: float) -> None:
        """What happens in so many seconds."""
        for outlet, rate in self._rates.items():
            if self._random.random() < rate * seconds:
                count = 1 if self._random.random() < 0.9 else self._random.randint(2, 6)
                ask(f"{self._control}/publish", {"outlet": outlet, "count": count})
        if self._random.random() < self._faults_rate * seconds:
            self._fail(self._random.choice(self._outlets))
        for outlet, end in list(self._failing.items()):
            if time.time() > end:
                self.heal(outlet)

    def _fail(self, outlet: int) -> None:
        if outlet in self._failing:
            return
        scope = self._random.choice(["all", "article", "feed"])
        fault = {"outlet": outlet, "scope": scope, **self._random.choice(FAULTS)}
        self._failing[outlet] = time.time() + self._random.uniform(15, 90)
        ask(f"{self._control}/fault", fault)
        self._notes.add("fault", **fault)

    def heal(self, outlet: int) -> None:
        """End the fault of an outlet."""
        self._failing.pop(outlet, None)
        ask(f"{self._control}/fault", {"outlet": outlet, "clear": True})
        self._notes.add("healed", outlet=outlet)

    def heal_all(self) -> None:
        """End all faults."""
        for outlet in list(self._failing):
            self.heal(outlet)


@dataclass
class Source:
    """What was noted of one outlet: polls with their interval, faults."""

    polls: list[dict[str, Any]] = field(default_factory=list)
    faults: list[list[Any]] = field(default_factory=list)  # begin, end, what

    def interval_at(self, at: float) -> float | None:
        """The interval that was set by the last poll before this moment."""
        before = [p for p in self.polls if p["polled"] <= at]
        return before[-1]["interval"] if before else None

    def faults_between(self, begin: float, end: float) -> list[dict[str, Any]]:
        """The faults that touch this span."""
        return [what for start, stop, what in self.faults if start <= end and stop >= begin]


def noted(home: Path) -> tuple[dict[str, Source], float, float]:
    """The notes of the last watch by source, when it began and when publishing ended."""
    sources: dict[str, Source] = {}
    began = ended = 0.0
    for line in (home / "watch.jsonl").read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        if note["kind"] == "began":
            began = note["at"]
        elif note["kind"] == "ended":
            ended = note["at"]
        elif note["kind"] == "interval":
            sources.setdefault(note["source"], Source()).polls.append(note)
        else:
            faults = sources.setdefault(f"outlet-{note['outlet']}", Source()).faults
            if note["kind"] == "fault":
                faults.append([note["at"], float("inf"), note])
            elif faults:
                faults[-1][1] = note["at"]
    return sources, began, ended or time.time()


@dataclass
class Article:
    """One published article and what became of it."""

    outlet: str
    url: str
    published: float
    interval: float | None
    stored: float | None = None
    state: str = "unknown"
    history: list[str] = field(default_factory=list)

    @property
    def late(self) -> float | None:
        """Seconds beyond the interval."""
        return None if self.stored is None else self.stored - self.published - (self.interval or 0.0)


def articles(
    home: Path, state: dict[str, Any], sources: dict[str, Source], began: float, ended: float
) -> list[Article]:
    """The articles that were published while the watch went on."""
    found = []
    with reading(home) as database:
        stored = {row["url"]: moment(row["seen_at"]) for row in database.execute("SELECT url, seen_at FROM articles")}
        states = dict(
            database.execute(
                "SELECT url, CASE WHEN outcome = 'robots_denied' THEN 'unwanted' ELSE state END FROM addresses"
            ).fetchall()
        )
        for outlet in state["outlets"]:
            id_ = f"outlet-{outlet['index']}"
            for item in outlet["articles"]:
                at = moment(item["published"])
                if not began <= at <= ended:
                    continue
                url = item["url"].rstrip("/")
                here = next((u for u in (item["url"], url, url + "/") if u in states), item["url"])
                source = sources.get(id_, Source())
                article = Article(id_, here, at, source.interval_at(at), stored.get(here), states.get(here, "unknown"))
                found.append(article)
                if article.stored is None or (article.late or 0.0) > SLACK_S:
                    article.history = history(database, article, source)
    return found


def history(database: sqlite3.Connection, article: Article, source: Source) -> list[str]:
    """What happened around an article, in seconds after it was published."""
    events: list[tuple[float, str]] = []
    for poll in source.polls:
        due = poll["due"] - article.published
        text = f"poll, next due at {due:+.1f}, interval {poll['interval'] or 0:.0f}, failures {poll['failures']}"
        events.append((poll["polled"], text))
    events += [(start, f"fault until {stop - article.published:+.1f}: {what}") for start, stop, what in source.faults]
    query = (
        "SELECT fetched_at, url, outcome, reason, duration_ms FROM fetches WHERE source_id = ?"
        " AND (entry_point_id IS NOT NULL OR url = ?)"
    )
    for row in database.execute(query, (article.outlet, article.url)):
        text = f"{row['url']}: {row['outcome']} {row['reason'] or ''} {row['duration_ms']} ms"
        events.append((moment(row["fetched_at"]), text))
    row = database.execute("SELECT * FROM addresses WHERE url = ?", (article.url,)).fetchone()
    if row:
        text = f"discovered; now {row['state']} {row['outcome']} {row['reason'] or ''} attempts {row['attempts']}"
        events.append((moment(row["discovered_at"]), f"{text} next {row['next_try_at']}"))
    if article.stored:
        events.append((article.stored, "stored"))
    end = article.stored or float("inf")
    lines = []
    for at, what in sorted(events):
        if article.published - 300 <= at <= end + 2:
            lines.append(f"{at - article.published:+9.1f}  {what}")
    return lines


def report(home: Path, state: dict[str, Any], histories: int) -> bool:
    """Print the figures; whether nothing was missed and nothing late without a reason."""
    sources, began, ended = noted(home)
    found = articles(home, state, sources, began, ended)
    there = [a for a in found if a.stored is not None]
    unwanted = [a for a in found if a.stored is None and a.state == "unwanted"]
    missing = [a for a in found if a.stored is None and a.state != "unwanted"]
    faulty = {
        id(a): source.faults_between(a.published - SLACK_S - (a.interval or 0), _end_of(a, source))
        for a in found
        if (source := sources.get(a.outlet))
    }
    # What failed or is queued has its next try in the ledger; what no list showed while it was polled is gone.
    waiting = [a for a in missing if a.state in {"discovered", "failed"} or not _had_its_chance(a, sources)]
    missed = [a for a in missing if a not in waiting]
    lost_by_fault = sum(bool(faulty.get(id(a))) for a in missed)
    late = [a for a in there if (a.late or 0.0) > SLACK_S]
    unexplained = [a for a in late if not faulty.get(id(a))]
    beyond = sorted(a.late or 0.0 for a in there)
    calm = sorted(a.late or 0.0 for a in there if not faulty.get(id(a)))
    delays = sorted((a.stored or 0) - a.published for a in there)
    print(f"published {len(found)} in {(ended - began) / 60:.1f} min by {len({a.outlet for a in found})} outlets")
    print(
        f"stored {len(there)}, missed {len(missed)} (while an outlet failed {lost_by_fault}),"
        f" not yet due {len(waiting)}, asked not to be kept {len(unwanted)}"
    )
    if there:
        print(f"publish to stored: median {median(delays):.1f} s, worst {delays[-1]:.1f} s")
        print(f"beyond the interval: median {median(beyond):.1f} s, worst {beyond[-1]:.1f} s")
    if calm:
        print(f"  of those without a fault ({len(calm)}): median {median(calm):.1f} s, worst {calm[-1]:.1f} s")
    print(
        f"later than interval + {SLACK_S:.0f} s: {len(late)}, of them by a fault {len(late) - len(unexplained)},"
        f" unexplained {len(unexplained)}"
    )
    shown = sorted(unexplained, key=lambda a: -(a.late or 0))[:histories]
    for title, group in (("missed", missed[:histories]), ("late, unexplained", shown)):
        for a in group:
            print(f"\n{title}: {a.outlet} {a.url} {a.state}, interval {a.interval or 0:.0f} s, late by {a.late}")
            print("\n".join(a.history))
    return not missed and not unexplained


def _end_of(article: Article, source: Source) -> float:
    """When it was stored; of one that never was, when its outlet was first read again: no later fault lost it."""
    read = (p["polled"] for p in source.polls if p["polled"] > article.published and not p["failures"])
    return article.stored or min(read, default=time.time())


def _had_its_chance(article: Article, sources: dict[str, Source]) -> bool:
    """Whether a poll went well after the article was published."""
    polls = sources[article.outlet].polls if article.outlet in sources else []
    return any(p["polled"] > article.published and not p["failures"] for p in polls)


def watch(options: argparse.Namespace) -> bool:
    """Publish and fail for a while, wait, report."""
    home = options.home
    service = None
    if options.serve:
        log = (home / "serve.log").open("w", encoding="utf-8")
        command = [sys.executable, "-m", "pactwatch", "serve", "--home", str(home)]
        service = subprocess.Popen(command, stdout=log, stderr=log)
    notes = Notes(home)
    try:
        _wait_for_the_first_polls(home, notes)
        web = Web(options.control, notes, [float(r) for r in options.rates.split(",")], options.faults, options.seed)
        notes.add("began")
        _keep_on(home, notes, 60 * options.minutes, lambda: web.step(SAMPLE_S))
        web.heal_all()
        notes.add("ended")
        until = time.time() + 60 * options.patience
        while time.time() < until and _open(home, options.control):
            _keep_on(home, notes, 10, lambda: None)
    finally:
        if service is not None:
            service.send_signal(signal.SIGTERM)
            print(f"serve ended with {service.wait(30)}")
    return report(home, ask(f"{options.control.rstrip('/')}/state"), options.histories)


def _keep_on(home: Path, notes: Notes, seconds: float, step: Any) -> None:
    until = time.time() + seconds
    while time.time() < until:
        began = time.time()
        step()
        notes.sample(home)
        time.sleep(max(0.0, SAMPLE_S - (time.time() - began)))


def _wait_for_the_first_polls(home: Path, notes: Notes) -> None:
    """Until every source was polled and what it listed is stored."""
    sources = len(list((home / "sources").glob("*.yaml")))
    while True:
        time.sleep(2)
        if not (home / "data" / "pactwatch.db").exists():
            continue
        try:
            notes.sample(home)
            with reading(home) as database:
                polled, open_ = database.execute(
                    "SELECT (SELECT count(*) FROM entry_points WHERE last_polled_at NOT NULL),"
                    " (SELECT count(*) FROM addresses WHERE state = 'discovered')"
                ).fetchone()
        except sqlite3.OperationalError:  # its tables are being made
            continue
        if polled >= sources and not open_:
            return


def _open(home: Path, control: str) -> int:
    """How many articles are still waited for."""
    sources, began, ended = noted(home)
    found = articles(home, ask(f"{control.rstrip('/')}/state"), sources, began, ended)
    return sum(a.stored is None and a.state in {"unknown", "discovered", "failed"} for a in found)


def main() -> int:
    """Exit code 0: nothing missed, nothing late that no fault explains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("prepare")
    first.add_argument("sources", type=Path)
    first.add_argument("home", type=Path)
    first.add_argument("--delay", type=float, default=0.2)
    second = commands.add_parser("watch")
    second.add_argument("home", type=Path)
    second.add_argument("control")
    second.add_argument("--minutes", type=float, default=30)
    second.add_argument("--patience", type=float, default=40, help="minutes to wait afterwards, at most")
    second.add_argument("--faults", type=float, default=3, help="new faults a minute, over all outlets")
    second.add_argument("--rates", default="0.1,0.3,1,3", help="articles a minute of the outlets, in turn")
    second.add_argument("--seed", type=int, default=1)
    second.add_argument("--serve", action="store_true")
    third = commands.add_parser("report")
    third.add_argument("home", type=Path)
    third.add_argument("state")
    for command in (second, third):
        command.add_argument("--histories", type=int, default=20)
    options = parser.parse_args()
    if options.command == "prepare":
        prepare(options.sources, options.home, options.delay)
        return 0
    if options.command == "watch":
        return 0 if watch(options) else 1
    local = not options.state.startswith("http")
    state = json.loads(Path(options.state).read_text("utf-8")) if local else ask(options.state)
    return 0 if report(options.home, state, options.histories) else 1


if __name__ == "__main__":
    sys.exit(main())
