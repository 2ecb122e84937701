"""`rules`: list, check and test them; the other commands of the group stand in modules of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.clock import now
from core.errors import RuleFileError
from pactwatch.cli import rules_archive, rules_eval, rules_explain
from pactwatch.cli.common import console, emit_json, open_archive, say, workspace
from pactwatch.cli.rulefiles import AsJson, rule_named

if TYPE_CHECKING:
    from pipeline.rulebook import Rule

app = typer.Typer(help="List, check, test, explain and measure the rules that flag articles.", no_args_is_help=True)

DAYS = 30                 # of which `rules list` counts the hits


@app.command("list")
def list_rules(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List all rules, also those that are off or broken, with their hits of the last 30 days.

    Example: pactwatch rules list
    """
    from pipeline.rulebook import read_all

    space = workspace(ctx)
    rules, broken = read_all(*space.rule_dirs)
    rows = [*_rows(ctx, rules), *({"id": Path(f.file).stem, "state": "broken", "problem": str(f)} for f in broken)]
    if as_json:
        emit_json(rows)
        return
    from rich.table import Table

    out = console()
    table = Table("rule", "state", f"hits, {DAYS} days", "title and query", box=None, pad_edge=False)
    room = max(24, out.width - max((len(row["id"]) for row in rows), default=0) - 32)
    for row in rows:
        if row["state"] == "broken":
            table.add_row(row["id"], "broken")
            continue
        hits = f"{row['hits']}, {row['firing']}" if row["hits"] and row["firing"] else row["firing"] or str(row["hits"])
        # One line each; the file, and --json, have all of it.
        told = [text if len(text) <= room else text[: room - 1] + "…"
                for text in (row["title"], " ".join(row["query"].split()))]
        table.add_row(row["id"], row["state"], hits, "\n".join(told))
    out.print(table)
    for failure in broken:
        say(f"pactwatch: {failure}")


def _rows(ctx: typer.Context, rules: list[Rule]) -> Iterator[dict[str, Any]]:
    from archive.engine import reading
    from archive.replay import fired
    from pactwatch.tryouts import firing

    with reading(open_archive(ctx)) as connection:
        recent, ever, articles = fired(connection, now() - timedelta(days=DAYS))
    for rule in rules:
        hits = recent.get(rule.id, 0)
        never = "never fired" if rule.enabled else None
        odd = never if not ever.get(rule.id) else firing(hits, articles) if hits else None
        yield {"id": rule.id, "state": "on" if rule.enabled else "off", "title": rule.title, "query": rule.query,
               "min_score": rule.min_score, "alert_score": rule.alert_score, "examples": len(rule.examples),
               "hits": hits, "firing": odd}


@app.command()
def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Read every rule file and name each mistake with file, line and column; exit 2 if there is one.

    A kind of event or topic that no text can have is a mistake, and so is a route that names a rule which is missing
    or switched off. An organisation that the knowledge does not have is a warning, in a rule and in a route.

    Example: pactwatch rules check
    """
    from core.workspace import FILE
    from pactwatch.routing import idle_names, strange_names
    from pipeline.knowledge import load_knowledge
    from pipeline.rulebook import read_all
    from pipeline.rulecheck import doubtful, impossible

    space = workspace(ctx)
    rules, broken = read_all(*space.rule_dirs)
    knowledge = load_knowledge(*space.knowledge_dirs)
    wrong = [*broken, *(found for rule in rules if (found := impossible(rule, knowledge)))]
    in_force = [rule for rule in rules if rule.enabled]
    idle = idle_names(space.settings, in_force, broken)
    warnings = [found for rule in rules for found in doubtful(rule, knowledge)]
    strange = strange_names(space.settings, knowledge)
    settings = str(space.home / FILE)
    if as_json:
        emit_json({"rules": len(rules), "off": len(rules) - len(in_force),
                   "problems": [*map(_problem, wrong), *_of_settings(settings, idle)],
                   "warnings": [*map(_problem, warnings), *_of_settings(settings, strange)]})
    for line in (*map(str, wrong), *(f"{settings}: {problem}" for problem in idle)):
        say(f"pactwatch: {line}")
    for warning in (*map(str, warnings), *(f"{settings}: {problem}" for problem in strange)):
        say(f"pactwatch: warning: {warning}")
    if wrong or idle:
        raise typer.Exit(2)
    if not as_json:
        off = len(rules) - len(in_force)
        count = "1 rule is in order" if len(rules) == 1 else f"{len(rules)} rules are in order"
        console().print(f"{count}, {off} of them off." if off else f"{count}.")


def _of_settings(file: str, problems: list[str]) -> list[dict[str, Any]]:
    return [{"file": file, "line": None, "problem": problem} for problem in problems]


def _problem(failure: RuleFileError) -> dict[str, Any]:
    return {"file": failure.file, "line": failure.line, "problem": failure.problem}


@app.command()
def test(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[RULE]...", help="Rules to test; all by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the labelled examples of rules: each must match or not match as it says; exit 1 if one does not.

    A rule that is switched off is tested when it is named.

    Example: pactwatch rules test ai-alliances
    """
    from pactwatch.progress import track
    from pipeline.knowledge import load_knowledge
    from pipeline.match import check_examples
    from pipeline.rulebook import load_rules

    space = workspace(ctx)
    rules = [rule_named(n, space.rule_dirs) for n in names] if names else load_rules(*space.rule_dirs)[0]
    knowledge = load_knowledge(*space.knowledge_dirs)
    results = {rule.id: check_examples(rule, knowledge) for rule in track(rules, "testing rules", len(rules))}
    if as_json:
        emit_json(
            [{"rule": r.id, "examples": len(r.examples), "failures": [str(f) for f in results[r.id]]} for r in rules]
        )
    else:
        out = console()
        for rule in rules:
            failures = results[rule.id]
            out.print(f"{rule.id}: {len(rule.examples) - len(failures)} of {len(rule.examples)} examples hold")
            for failure in failures:
                out.print(f"  {failure}")
    if any(results.values()):
        raise typer.Exit(1)


rules_explain.register(app)
rules_archive.register(app)
rules_eval.register(app)
