"""`feedback propose`: what the verdicts suggest, with the difference that it would make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from pactwatch.cli.common import console, emit_json, window, workspace
from pactwatch.cli.feedback_journal import AsJson, open_journal
from pactwatch.cli.rulefiles import rule_named


def propose(
    ctx: typer.Context,
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Only for this rule; else for each that was judged."
                                             )] = None,
    since: Annotated[str, typer.Option(metavar="DATE", help="Replay articles published from: 2020, 90d.")] = "90d",
    as_json: AsJson = False,
) -> None:
    """Turn verdicts into proposals: a threshold, an alias, a veto, each replayed over the archive.

    Nothing changes by itself: a proposal says which lines to write into which file of the workspace.

    Example: pactwatch feedback propose --since 90d
    """
    from pactwatch.proposals import Proposer
    from pactwatch.replay import Window
    from pipeline.rulebook import load_rules

    space = workspace(ctx)
    engine = open_journal(ctx)
    rules = [rule_named(rule, space.rule_dirs)] if rule is not None else load_rules(*space.rule_dirs)[0]
    proposer = Proposer(space, engine, Window(*window(since, None)))
    found = [made for made in map(proposer.propose, rules) if made["judged"] or rule is not None]
    if as_json:
        emit_json(found)
        return
    out = console()
    if not found:
        out.print("Nobody has judged a story yet; see `pactwatch feedback add --help`.")
    for made in found:
        for line in _described(made):
            out.print(line)


def _described(made: Mapping[str, Any]) -> Iterator[str]:
    said = made["verdicts"]
    yield (f"{made['rule']}: {said['relevant']} relevant, {said['not_relevant']} not relevant, "
           f"{said['wrong_party']} with a wrong party" + (f", {said['unsure']} disputed" if said["unsure"] else ""))
    for one in made["judged"][:20]:
        verdict = "wrong party" if one["wanted"] is None else "relevant" if one["wanted"] else "not relevant"
        yield f"  {verdict:<12}  {one['title']} (article {one['article']})"
    if not made["proposals"]:
        yield f"  no proposal; a threshold needs {made['fewest']} judged stories, a veto 2 of the same kind"
    for number, one in enumerate(made["proposals"], 1):
        yield from _proposal(number, one)


def _proposal(number: int, one: Mapping[str, Any]) -> Iterator[str]:
    stories, good, bad = one["stories"], one["relevant"], one["not_relevant"]
    yield ""
    yield f"{number}. {one['kind']}: {one['why']}"
    if one["first"]:
        yield f"   first: {one['first']}"
    yield f"   in {one['file']}:"
    yield from (f"     {line}" for line in one["change"].splitlines())
    yield f"   +{stories['added']} stories, -{stories['removed']}, {stories['unchanged']} unchanged"
    yield (f"   of the relevant ones: {good['kept']} kept, {good['lost']} lost; "
           f"of those not relevant: {bad['gone']} gone, {bad['left']} left")
    if one["parties_changed"]:
        yield f"   parties change in {one['parties_changed']} articles"
    for sign, name in (("+", "added"), ("-", "removed")):
        yield from (f"   {sign} {article['published_at']:%Y-%m-%d} {article['source']}: {article['title']} "
                    f"(article {article['id']})" for article in one[name])
