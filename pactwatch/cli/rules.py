"""`rules`: list, check, test and explain them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFoundError, RuleFileError
from pactwatch.cli import rules_eval
from pactwatch.cli.common import console, emit_json, workspace
from pactwatch.cli.rulefiles import AsJson, rule_named

if TYPE_CHECKING:
    from core.records import Article
    from core.workspace import Workspace
    from pipeline.rulebook import Rule

app = typer.Typer(help="List, check and test the rules that flag articles.", no_args_is_help=True)

rules_eval.register(app)


def _rules(space: Workspace) -> tuple[list[Rule], list[RuleFileError]]:
    from pipeline.rulebook import load_rules

    return load_rules(*space.rule_dirs)


@app.command("list")
def list_rules(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the rules in force.

    Example: pactwatch rules list
    """
    rules, broken = _rules(workspace(ctx))
    if as_json:
        emit_json(
            [
                {"id": r.id, "title": r.title, "query": r.query, "min_score": r.min_score, "examples": len(r.examples)}
                for r in rules
            ]
        )
    else:
        from rich.table import Table

        table = Table("rule", "title", "query", "from score", "examples", box=None, pad_edge=False)
        for r in rules:
            table.add_row(r.id, r.title, r.query, f"{r.min_score:.2f}", str(len(r.examples)))
        console().print(table)
    for failure in broken:
        typer.echo(f"pactwatch: {failure}", err=True)


@app.command()
def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Read every rule file and name each mistake with file and line; exit 2 if there is one.

    A route that names a rule which is missing or switched off is a mistake too.

    Example: pactwatch rules check
    """
    from core.workspace import FILE
    from pactwatch.routing import idle_names

    space = workspace(ctx)
    rules, broken = _rules(space)
    idle = idle_names(space.settings, rules, broken)
    settings = str(space.home / FILE)
    if as_json:
        problems = [
            *({"file": f.file, "line": f.line, "problem": f.problem} for f in broken),
            *({"file": settings, "line": None, "problem": problem} for problem in idle),
        ]
        emit_json({"rules": len(rules), "problems": problems})
    for line in (*map(str, broken), *(f"{settings}: {problem}" for problem in idle)):
        typer.echo(f"pactwatch: {line}", err=True)
    if broken or idle:
        raise typer.Exit(2)
    if not as_json:
        console().print("1 rule is in order." if len(rules) == 1 else f"{len(rules)} rules are in order.")


@app.command()
def test(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[RULE]...", help="Rules to test; all by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the labelled examples of rules: each must match or not match as it says; exit 1 if one does not.

    Example: pactwatch rules test ai-alliances
    """
    from pipeline.knowledge import load_knowledge
    from pipeline.match import check_examples

    space = workspace(ctx)
    rules = [rule_named(n, space.rule_dirs) for n in names] if names else _rules(space)[0]
    knowledge = load_knowledge(*space.knowledge_dirs)
    results = {rule.id: check_examples(rule, knowledge) for rule in rules}
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


def _read_article(what: str) -> Article:
    """An article from a file, or from standard input for `-`: HTML is extracted, other text has its title first."""
    from core.records import Article

    body = sys.stdin.buffer.read() if what == "-" else Path(what).read_bytes()
    if b"<html" in body[:2000].lower() or b"<!doctype html" in body[:2000].lower():
        from pipeline.extract import extract

        return extract(body, "https://example.org/")
    title, _, text = body.decode("utf-8", errors="replace").partition("\n")
    return Article(url="", canonical_url="", title=title.strip(), text=text.strip())


@app.command()
def explain(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="HTML or text (title in the first line); - for standard input.")
    ],
    rule: Annotated[str, typer.Option("--rule", help="The rule to explain.")] = "ai-alliances",
    as_json: AsJson = False,
) -> None:
    """Say which conditions of a rule a text meets, which it fails, and by how little.

    Example: pactwatch rules explain story.html --rule ai-alliances
    """
    from pipeline.annotate import annotate
    from pipeline.explain import explain as explain_rule
    from pipeline.knowledge import load_knowledge

    space = workspace(ctx)
    wanted = rule_named(rule, space.rule_dirs)
    if file != "-" and not Path(file).is_file():
        raise NotFoundError(f"there is no file {file!r}")
    article = _read_article(file)
    knowledge = load_knowledge(*space.knowledge_dirs)
    conditions = explain_rule(article, annotate(article, knowledge), wanted, knowledge=knowledge)
    rows = [{"condition": c, "held": held, "detail": detail} for c, held, detail in conditions]
    if as_json:
        sys.stdout.write(
            json.dumps({"rule": rule, "title": article.title, "conditions": rows}, ensure_ascii=False) + "\n"
        )
        return
    out = console()
    out.print(f"{rule} on: {article.title}")
    for row in rows:
        out.print(f"  {'held  ' if row['held'] else 'failed'}  {row['condition']}: {row['detail']}")
