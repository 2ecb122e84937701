"""`rules replay` and `rules forecast`: try a rule on the archive before it goes live."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.clock import now
from core.wording import number
from pactwatch.cli.common import console, emit_json, open_archive, say, window, workspace
from pactwatch.cli.rulefiles import AsJson, rule_named

if TYPE_CHECKING:
    from pactwatch.replay import Tried, Window
    from pipeline.rulebook import Rule

RuleId = Annotated[str, typer.Argument(metavar="RULE", help="A rule's id; it may be switched off.", show_default=False)]
Anew = Annotated[
    bool, typer.Option("--annotate", help="Read the texts anew with today's knowledge; takes minutes, not seconds.")
]
Processes = Annotated[int, typer.Option(min=0, help="Processes for --annotate; 0 is one a core.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command()(replay)
    app.command()(forecast)


def replay(
    ctx: typer.Context,
    rule: RuleId,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Published from: 2020, 2020-01-09, 7d ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Published until the end of this.")] = None,
    annotate: Anew = False,
    processes: Processes = 0,
    workers: Annotated[bool, typer.Option("--workers", help="Have `pactwatch worker`s do it, in shards.")] = False,
    ray: Annotated[str | None, typer.Option(
        "--ray", metavar="ADDRESS", help="Have a Ray cluster do it: its address, as auto or ray://host:10001.",
        show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Run a changed rule over the archive: which stories it would add and lose, and which of them readers confirmed.

    Nothing is sent and nothing is written. Ctrl-C ends it with what was found so far.

    Example: pactwatch rules replay ai-alliances --since 90d
    """
    from pactwatch.replay import Window
    from pactwatch.tryouts import difference

    wanted = rule_named(rule, workspace(ctx).rule_dirs)
    between = Window(*window(since, until))
    if workers or ray is not None:
        tried = _shared(ctx, wanted, between, annotate, ray)
    else:
        tried = _tried(ctx, wanted, between, annotate, processes)
    found = difference(open_archive(ctx), wanted, tried, between)
    _print(found, _difference(found), as_json)


def forecast(
    ctx: typer.Context,
    rule: RuleId,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days back from today.")] = 30,
    annotate: Anew = False,
    processes: Processes = 0,
    as_json: AsJson = False,
) -> None:
    """Say how many stories a day a rule would bring, by band, with its best and its most doubtful examples.

    Counted over the articles that the archive holds. A rule that never or always fires is named as such.

    Example: pactwatch rules forecast ai-alliances --days 30
    """
    from pactwatch.replay import Window
    from pactwatch.tryouts import forecast as made

    wanted = rule_named(rule, workspace(ctx).rule_dirs)
    first = now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    tried = _tried(ctx, wanted, Window(first), annotate, processes)
    found = made(open_archive(ctx), wanted, tried, first.date(), days)
    _print(found, _forecast(found), as_json)


def _tried(ctx: typer.Context, rule: Rule, window: Window, anew: bool, processes: int) -> Tried:
    from pactwatch.replay import try_anew, try_rule
    from pipeline.knowledge import load_knowledge
    from scrapers.catalogue import load_sources

    space, engine = workspace(ctx), open_archive(ctx)
    if not anew:
        return try_rule(engine, rule, load_knowledge(*space.knowledge_dirs), window)
    publishers = {id_: one.publisher for id_, one in load_sources(space.source_dirs)[0].items() if one.publisher}
    return try_anew(engine, rule, space.knowledge_dirs, publishers, window, processes or os.cpu_count() or 1)


def _shared(ctx: typer.Context, rule: Rule, window: Window, anew: bool, ray: str | None) -> Tried:
    """The same by workers or a Ray cluster. Ctrl-C ends the waiting: what is done by then counts, the rest goes on."""
    import time

    from core.errors import StopWork, UserError
    from pactwatch.progress import bar
    from pactwatch.replay_shared import leave, progress, result, shards

    space = workspace(ctx)
    if ray is None and not space.settings.jobs.shared:
        raise UserError("--workers needs [jobs] engine = 'procrastinate' in pactwatch.toml; without it this command "
                        "does it itself")
    engine = open_archive(ctx)
    replay_id = leave(space, engine, rule, window, annotate=anew)
    state, done = progress(engine, replay_id), 0
    with bar("trying the rule on articles", state.total) as advance:

        def look() -> None:
            nonlocal state, done
            state = progress(engine, replay_id)
            advance(state.done - done)
            done = state.done

        try:
            if ray is not None:
                from pactwatch.workers.ray_cluster import judge_ranges

                judge_ranges(space, engine, shards(engine, replay_id), ray, look)
            while state.waiting:
                look()
                time.sleep(0.5 if state.waiting else 0)
        except KeyboardInterrupt:
            say("pactwatch: the workers go on; the same command shows what they found")
    if state.problems:
        raise StopWork(f"a part of the replay cannot be judged: {state.problems[0]}")
    return result(engine, replay_id)


def _print(found: Mapping[str, Any], lines: Iterator[str], as_json: bool) -> None:
    if as_json:
        emit_json(found)
    else:
        out = console()
        for line in lines:
            out.print(line)
    if found["interrupted"]:
        say(f"pactwatch: interrupted after {found['articles']} of {found['of']} articles")
        raise typer.Exit(1)


def _difference(found: Mapping[str, Any]) -> Iterator[str]:
    stories, confirmed = found["stories"], found["confirmed"]
    yield f"{found['rule']} on {found['articles']} articles of the archive"
    yield f"  +{stories['added']} stories, -{stories['removed']}, {stories['unchanged']} unchanged"
    if confirmed["kept"] or confirmed["lost"]:
        yield f"  of those that readers confirmed: {confirmed['kept']} kept, {confirmed['lost']} lost"
    for sign, name in (("+", "added"), ("-", "removed")):
        for one in found[name]:
            yield f"  {sign} {_score(one, name)}  {_article(one)}{'  confirmed' if one['confirmed'] else ''}"
        if stories[name] > len(found[name]):
            yield f"    and {stories[name] - len(found[name])} more"


def _score(one: Mapping[str, Any], side: str) -> str:
    if side == "added":
        return f"{one['score']:.2f}"
    return f"{one['was']:.2f} -> " + ("none" if one["score"] is None else f"{one['score']:.2f}")


def _forecast(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{found['rule']} on {found['articles']} articles of the last {found['days']} days"
    if not found["articles"]:
        yield "  The archive holds no article of these days."
        return
    yield f"  {number(found['hits'], 'hit')} in {number(found['stories'], 'story')}"
    for band, volume in found["per_day"].items():
        quiet, busy = volume["quietest"], volume["busiest"]
        yield (f"  {band:<8} {volume['mean']:6.2f} stories a day; "
               f"quietest {quiet['stories']} ({quiet['day']}), busiest {busy['stories']} ({busy['day']})")
    for title, name in (("best", "best"), ("just above the threshold", "just_above"),
                        ("just below it, never sent", "just_below")):
        if found[name]:
            yield f"  {title}:"
            yield from (f"    {one['score']:.2f}  {_article(one)}" for one in found[name])
    if found["warning"]:
        yield f"  This rule {found['warning']}."


def _article(one: Mapping[str, Any]) -> str:
    published: datetime = one["published_at"]
    return f"{published:%Y-%m-%d} {one['source']}: {one['title']} (article {one['id']})"
