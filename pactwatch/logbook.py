"""What the events of the logs mean, for the reference; a test finds those that are missing here.

Levels, components and fields are read from the code, by its syntax.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

PACKAGES = ("core", "archive", "scrapers", "pipeline", "alerts", "web", "pactwatch")
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "critical": "critical",
          "exception": "error"}

MEANINGS = {
    "answer dropped, too many wait": "a question in Slack gets no answer, because too many wait",
    "answer not sent": "Slack did not take the answer to a question",
    "answer not sent: its address is none of Slack's": "a click named an address to answer at that is none of Slack's",
    "claim lost": "another process took a message over; it decides what becomes of it",
    "claim not renewed": "the database was busy; there is a second try before the claim on a shard runs out",
    "claim not trusted":
        "this process was held up while it was about to send a message; it is looked up before anybody sends it",
    "claims not renewed": "the database was busy; there is a second try before the claims run out",
    "click cannot be read": "a click that was kept in a file is no click; the file stays",
    "click not stored": "a click could be kept nowhere; Slack sends it again",
    "clicks wait": "clicks are kept in files until the database takes them",
    "clock moved": "the clock was set, or the machine slept; jobs are looked for at once",
    "connection for buttons lost, trying again": "Slack's Socket Mode ended; it is asked for again",
    "database does not answer": "why `/readyz` said so",
    "delivering failed": "a message that was asked for on a page did not go out; it waits",
    "end of a job not written yet": "the queue's server is away; it is tried again every second",
    "extraction process lost": "a page did harm to the process that read it; another one goes on with the next page",
    "feedback": "a verdict or a mute from Slack",
    "figures": "where monitors may ask",
    "figures are closed": "others could reach `/metrics`, and there is no token, so nobody gets figures",
    "file left out": "a file of old pages is not there for a worker; see `pactwatch backfill --status`",
    "housekeeping": "what was removed, by kind",
    "job failed": "a recurring job failed in a way that nobody foresaw; it comes again",
    "job failed, will come again": "a job failed for now; the next look invites to it again",
    "job failed, will try again": "a recurring job failed for now; it comes again after `wait_s`",
    "job given up": "a job ended its workers again and again; it is kept as failed",
    "job rescued": "a job whose worker is gone is given to another",
    "jobs cut short": "jobs that were not done in time after a stop; what they did not finish comes again",
    "knowledge file is wrong, the last good version stays in force": "mend the file; see `pactwatch rules check`",
    "listening for buttons": "Slack's Socket Mode is connected",
    "messages": "what was delivered, by state",
    "no connection for buttons": "Slack's Socket Mode cannot be reached; clicks wait there",
    "no contact": "`crawl.contact` is not set",
    "no figures": "the port of `[metrics]` is taken; the service goes on without",
    "no queue, will look again": "PostgreSQL is away; the worker looks again after `wait_s`",
    "no web pages": "the port of `[web]` is taken; the service goes on without",
    "not changed": "a message that was to be brought up to date is gone",
    "not changed yet": "a message could not be brought up to date; it is tried again",
    "not delivered": "an attempt to deliver a message that did not end as sent; `state` says what it is now",
    "not ready": "`/readyz` began to say so, or says something else",
    "page failed": "a page of ours, at `path`, failed in a way that nobody foresaw",
    "page not read": "an article's page broke the extraction; it is tried again later",
    "pages cannot be kept": "fetched pages are held in memory only; after a crash they are fetched again",
    "pass": "a pass over sources that were due, and what it brought",
    "ready again": "`/readyz` says that all is well again",
    "route stopped": "a channel refuses messages until somebody mends it; they wait",
    "route without its rule": "a route names a rule that is missing, broken or switched off",
    "rule file is wrong": "the rule is not in force",
    "rules or knowledge changed": "extraction processes start anew with the files as they are",
    "serving": "the service has begun",
    "shard given up": "a worker reads a file of old pages or judges a range of a replay no further; another one does",
    "source file is wrong": "the source is not watched",
    "sources changed": "something is wrong with sources, or over; `pactwatch health` says what",
    "sources read": "the source files were read: at the start, and when one changed",
    "stopped with pages unread": "a stop came before all pages were read; they are kept and come again",
    "stopping": "the service ends: it was told to, or (critical) going on would do harm",
    "web pages": "where browsers may ask",
    "working": "a worker has begun",
}


@dataclass
class LogEvent:
    """An event as the code writes it, perhaps in several places."""

    name: str
    components: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def events() -> dict[str, LogEvent]:
    """Every event that is logged, by name."""
    found: dict[str, LogEvent] = {}
    for package in PACKAGES:
        root = Path(next(iter(import_module(package).__path__)))
        for path in sorted(root.rglob("*.py")):
            for component, level, name, fields in _calls(ast.parse(path.read_text(encoding="utf-8"))):
                event = found.setdefault(name, LogEvent(name))
                event.components.add(component)
                event.levels.add(level)
                event.fields |= fields
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[str, str, str, set[str]]]:
    """Component, level, name and fields of each call of a module's logger."""
    component = ""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        match node.func:
            case ast.Name(id="get_logger"):
                component = _text(node.args[0])[0]
            case ast.Attribute(value=ast.Name(id="log"), attr=level) if level in LEVELS:
                fields = {word.arg for word in node.keywords if word.arg and word.arg != "exc_info"}
                for name in _text(node.args[0]):
                    yield component, LEVELS[level], name, fields


def _text(node: ast.expr) -> list[str]:
    """The texts that an argument may be: one, or either of two."""
    if isinstance(node, ast.IfExp):
        return _text(node.body) + _text(node.orelse)
    return [str(node.value)] if isinstance(node, ast.Constant) else []
