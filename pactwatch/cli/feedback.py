"""`feedback`: say what a story is worth, see what was said and what it suggests; mute and watch."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.clock import now
from core.errors import NotFoundError, UserError
from pactwatch.cli import feedback_mutes, feedback_propose
from pactwatch.cli.common import console, emit_json, emit_json_line, moment, printable, workspace
from pactwatch.cli.feedback_journal import AsJson, Author, open_journal, organisation, who
from pactwatch.cli.rulefiles import rule_named

if TYPE_CHECKING:
    from archive.engine import Connection

app = typer.Typer(help="Say what a story is worth; see what that suggests; mute and watch.", no_args_is_help=True)


class Verdict(StrEnum):
    """What a reader may say of an article."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not-relevant"
    WRONG_PARTY = "wrong-party"


@app.command()
def add(
    ctx: typer.Context,
    article: Annotated[int, typer.Argument(metavar="ARTICLE", help="The id that `search` prints.", show_default=False)],
    verdict: Annotated[Verdict, typer.Argument(help="What you say of it.", show_default=False)],
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="The rule that you speak of, if not that of its hit."
                                             )] = None,
    party: Annotated[str | None, typer.Option(metavar="NAME", help="With wrong-party: who is no party.")] = None,
    instead: Annotated[str | None, typer.Option(metavar="NAME", help="With wrong-party: who is meant.")] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A word on why.")] = None,
    author: Author = None,
    as_json: AsJson = False,
) -> None:
    """Say of an article whether it is relevant, or that a party is wrong. The newest word of each author counts.

    An article that no rule flagged may be called relevant: that is a miss, and worth as much as a false alarm.

    Example: pactwatch feedback add 1 relevant
    """
    from archive import feedback
    from archive.engine import writing
    if (party is not None or instead is not None) and verdict is not Verdict.WRONG_PARTY:
        raise UserError("--party and --instead are for the verdict wrong-party")
    if rule is not None:
        rule_named(rule, workspace(ctx).rule_dirs)
    with writing(open_journal(ctx)) as connection:
        hit = feedback.hit_to_judge(connection, article, rule)
        details: dict[str, Any] = {}
        if verdict is Verdict.WRONG_PARTY:
            meant = organisation(ctx, connection, instead, new=True)
            details = {"party": _party(connection, hit, party), "instead": meant}
        said = feedback.Said(verdict.replace("-", "_"), hit_id=hit, article_id=article, rule=rule,
                             author=who(author), note=note, details=details)
        noted = feedback.note(connection, said, now())
    assert noted is not None
    if as_json:
        emit_json({"id": noted.id, "article": article, "hit": hit, "verdict": said.verdict, "details": details})
    else:
        told = f"{details['party']} is no party" if details else verdict.replace("-", " ")
        about = "" if hit is not None else " (no rule flagged it)"
        typer.echo(f"Noted of article {article}{about}: {told}. Nothing changes by itself; see "
                   "`pactwatch feedback propose`.")


def _party(connection: Connection, hit: int | None, party: str | None) -> str:
    from archive import feedback
    names = feedback.parties_of_hit(connection, hit)
    found = next((name for name in names if party is not None and name.casefold() == party.casefold()), None)
    if found is None:
        said = "name it with --party" if party is None else f"{party!r} is no party of it"
        raise UserError(f"which party is wrong? {said}; its parties: {', '.join(names) or 'none'}")
    return found


@app.command("list")
def list_(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Said since: 2026-01-09, 7d.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Lines to print.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what readers said and did, the newest first. What its author took back by a later word is marked.

    Example: pactwatch feedback list --since 7d
    """
    from archive.engine import reading
    from archive.feedback import journal
    with reading(open_journal(ctx)) as connection:
        found = journal(connection, since=moment("--since", since, 0), limit=limit)
    if as_json:
        emit_json(found)
        return
    from rich.table import Table
    table = Table("id", "when", "who", "said", "rule", "article", box=None, pad_edge=False)
    for line in found:
        about = f"{line['article'] or ''} {printable(line['title'] or '')}".strip()
        table.add_row(str(line["id"]), f"{line['created_at']:%Y-%m-%d %H:%M}", line["author"] or "", _said(line),
                      line["rule"] or "", about)
    if found:
        console().print(table)
    typer.echo(f"{len(found) or 'No'} {'line' if len(found) == 1 else 'lines'}", err=True)


def _said(line: dict[str, Any]) -> str:
    details = line["details"]
    words: str = line["verdict"].replace("_", " ")
    if line["verdict"] == "wrong_party":
        instead = f" (it is {details['instead']})" if details.get("instead") else ""
        words += f": {details.get('party')}{instead}"
    elif details.get("name"):
        words += f": {details['name']}"
    return f"{words}, taken back" if line["replaced"] else words


@app.command()
def export(
    ctx: typer.Context,
    rule: Annotated[str, typer.Option(metavar="RULE", help="The rule whose stories were judged.")] = "ai-alliances",
) -> None:
    """Write the judged stories as labelled texts, JSON Lines, to standard output: what `rules eval` reads.

    Example: pactwatch feedback export --rule ai-alliances
    """
    from archive.engine import reading
    from archive.feedback import examples
    rule_named(rule, workspace(ctx).rule_dirs)
    with reading(open_journal(ctx)) as connection:
        lines = list(examples(connection, rule))
    for line in lines:
        emit_json_line(line)
    if not lines:
        raise NotFoundError(f"nobody has judged a story of {rule} yet; see `pactwatch feedback add --help`")


app.command()(feedback_propose.propose)
app.command()(feedback_mutes.mute)
app.command()(feedback_mutes.mutes)
app.command()(feedback_mutes.lift)
app.command()(feedback_mutes.watch)
