"""`rules eval`: measure a rule on labelled texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pactwatch.cli.common import console, emit_json, rule_and_knowledge_dirs
from pactwatch.cli.rulefiles import AsJson, rule_named

TextsFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="JSON Lines of labelled texts, or a folder of such files.")
]
RuleName = Annotated[str, typer.Option("--rule", metavar="RULE", help="The rule to judge.")]
Positive = Annotated[
    str | None, typer.Option(metavar="LABEL", help="The label of the texts that must be hits; else the rule's `label`.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("eval")(evaluate)


def evaluate(
    ctx: typer.Context,
    file: TextsFile,
    rule: RuleName = "ai-alliances",
    positive: Positive = None,
    strata: Annotated[
        str | None,
        typer.Option(metavar="NAME=SIZE,…", help="Sizes of the strata of texts with `sample: random:NAME`."),
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List each miss and each false alarm, and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a rule on labelled texts: precision, recall and F1 with 95 % intervals, parties, type, status, time.

    A line holds {title, text, label}, or `match` true or false instead of the label. What else it holds is measured
    too: lang, kind, event_type, status, organisations, unsure, and `sample`, from which a natural stream is estimated.

    Example: pactwatch rules eval labelled.jsonl --errors
    """
    from pactwatch.evaluation import described, described_mistakes, figures, mistakes, read_strata
    from pactwatch.evaluation import evaluate as judge
    from pipeline.knowledge import load_knowledge
    from pipeline.labelled import read_labelled

    sizes = read_strata(strata)
    rule_dirs, knowledge_dirs = rule_and_knowledge_dirs(ctx)
    wanted = rule_named(rule, rule_dirs)
    labels = read_labelled(file, positive or wanted.label)
    knowledge = load_knowledge(*knowledge_dirs)
    judged = judge(labels, wanted, knowledge)
    found = figures(judged, wanted, knowledge, sizes)
    if errors:
        found["errors"] = mistakes(judged, wanted, knowledge)
    if as_json:
        emit_json(found)
        return
    out = console()
    for line in described(found):
        out.print(line)
    for line in described_mistakes(found.get("errors", ())):
        out.print(line)
