"""`stories`: list and show what belongs together, and put right what was joined or parted wrongly."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from core.clock import iso, now
from pactwatch.cli.common import carried, console, emit_json, moment, open_archive, printable, workspace
from pactwatch.cli.rulefiles import rule_named

app = typer.Typer(help="See which articles are one story; merge and split stories.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
StoryId = Annotated[int, typer.Argument(metavar="ID", help="The story's id.", show_default=False)]


@app.command("list")
def list_(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="With an article seen since: 2026-01-09, 7d.")
                     ] = None,
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only stories that this rule flagged.")] = None,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Only stories with a smaller id.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Stories to print.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the stories, the newest first.

    Example: pactwatch stories list --rule ai-alliances --since 7d
    """
    from archive.engine import reading
    from archive.storybook import stories
    start = moment("--since", since, 0)
    with reading(open_archive(ctx)) as connection:
        found = stories(connection, since=start, rule=rule, limit=limit + 1, before=before)
    if rule and not found:
        rule_named(rule, workspace(ctx).rule_dirs)       # an empty list would hide a name that is written wrongly
    more, found = len(found) > limit, found[:limit]
    if as_json:
        emit_json(found)
        return
    from rich.table import Table
    table = Table("id", "last seen", "score", "outlets", "story", box=None, pad_edge=False)
    for one in found:
        score = "" if one["score"] is None else f"{one['score']:.2f}"
        table.add_row(str(one["id"]), one["last_seen_at"].strftime("%Y-%m-%d"), score, carried(one),
                      printable(one["title"]))
    if found:
        console().print(table)
    typer.echo(f"{len(found) or 'No'} {'story' if len(found) == 1 else 'stories'}", err=True)
    if more:
        typer.echo(f"more: --before {found[-1]['id']}", err=True)


@app.command()
def show(ctx: typer.Context, id_: StoryId, as_json: AsJson = False) -> None:
    """Show a story: its articles, the original first, copies and independent reports, hits, and what was sent.

    Example: pactwatch stories show 1
    """
    from archive.engine import reading
    from archive.storybook import story
    with reading(open_archive(ctx)) as connection:
        found = story(connection, id_)
    if as_json:
        emit_json(found)
    else:
        typer.echo(printable("\n".join(_described(found))))


@app.command()
def merge(
    ctx: typer.Context,
    into: StoryId,
    others: Annotated[list[int], typer.Argument(metavar="ID…", help="Stories that are the same.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Make one story of several. The first id stays; later articles follow. Nothing is sent.

    Example: pactwatch stories merge 12 15
    """
    from archive import regroup
    from archive.engine import writing
    from archive.storybook import story
    with writing(open_archive(ctx)) as connection:
        found = story(connection, regroup.merge(connection, into, others, now()))
    if as_json:
        emit_json(found)
    else:
        typer.echo(f"Story {found['id']} has {_articles(found)} now, from {carried(found)}.")


@app.command()
def split(
    ctx: typer.Context,
    id_: StoryId,
    articles: Annotated[list[int], typer.Argument(metavar="ARTICLE…", help="Ids of articles that are another story.",
                                                  show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Take articles out of a story into one of their own. What was not told because of the story may be told now.

    Example: pactwatch stories split 12 340 341
    """
    from archive import regroup
    from archive.engine import writing
    from archive.storybook import story
    routes = workspace(ctx).settings.routes
    with writing(open_archive(ctx)) as connection:
        new = story(connection, regroup.split(connection, id_, articles, routes, now()))
        old = story(connection, id_)
    if as_json:
        emit_json({"story": old, "new": new})
    else:
        typer.echo(f"Story {new['id']} has {_articles(new)} now, story {old['id']} keeps {_articles(old)}.")
        waiting = [message for message in new["messages"] if message["state"] in {"pending", "waiting"}]
        for message in waiting:
            typer.echo(f"To be sent: {message['kind']} of route {message['route']}.")


def _articles(found: dict[str, Any]) -> str:
    number = len(found["articles"])
    return f"{number} {'article' if number == 1 else 'articles'}"


def _described(found: dict[str, Any]) -> list[str]:
    score = "" if found["score"] is None else f" · score {found['score']:.2f}"
    lines = [f"story {found['id']}: {found['title']}", f"{_articles(found)}, {carried(found)}{score}"]
    for name, ids in (("also known as", found["merged"]), ("not the same as", found["split"])):
        if ids:
            lines.append(f"{name} story {', '.join(map(str, ids))}")
    for article in found["articles"]:
        copy = f", copy of {article['copy_of']}" if article["copy_of"] else ""
        lines += ["", f"{article['id']}  {article['title']}",
                  f"  {article['outlet']} · {iso(article['published_at'])} · {article['kind']}{copy}"]
        for hit in article["hits"]:
            by = f", lifted by article {hit['lifted_by']}" if hit["lifted_by"] else ""
            lines.append(f"  hit: {hit['rule']} ({hit['score']:.2f}{by})")
    # A digest of several parts, or one that tells of two rules, is one message to its reader.
    messages = dict.fromkeys(
        f"{one['kind']}: {one['route']}, {one['state']} {iso(one['sent_at']) or ''}".rstrip()
        for one in found["messages"])
    return [*lines, *(line for message in messages for line in ("", message))]
