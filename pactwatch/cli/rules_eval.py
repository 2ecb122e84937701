"""`rules eval` and `rules fit`: measure a rule on labelled texts, and fit the weights of the score to them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pactwatch.cli.common import console, emit_json, rule_and_knowledge_dirs, workspace
from pactwatch.cli.rulefiles import AsJson, rule_named

TextsFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="JSON Lines of labelled texts, or a folder of such files.")
]
RuleName = Annotated[str, typer.Option("--rule", metavar="RULE", help="The rule to judge.")]
FoldsBy = Annotated[
    str | None,
    typer.Option("--folds-by", metavar="FIELD", help="Cross-validate: leave out all texts of some values of this."),
]
Positive = Annotated[
    str | None, typer.Option(metavar="LABEL", help="The label of the texts that must be hits; else the rule's `label`.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("eval")(evaluate)
    app.command("fit")(fit_weights)


def evaluate(
    ctx: typer.Context,
    file: TextsFile,
    rule: RuleName = "ai-alliances",
    positive: Positive = None,
    strata: Annotated[
        str | None,
        typer.Option(metavar="NAME=SIZE,…", help="Sizes of the strata of texts with `sample: random:NAME`."),
    ] = None,
    folds_by: FoldsBy = None,
    errors: Annotated[bool, typer.Option("--errors", help="List each miss and each false alarm, and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a rule on labelled texts: precision, recall and F1 with 95 % intervals, parties, type, status, time.

    A line holds {title, text, label}, or `match` true or false instead of the label. What else it holds is measured
    too: lang, kind, event_type, status, organisations, unsure, and `sample`, from which a natural stream is estimated.

    Example: pactwatch rules eval labelled.jsonl --errors
    """
    from pactwatch.evaluation import cross_validated, described, described_mistakes, figures, mistakes, read_strata
    from pactwatch.evaluation import evaluate as judge
    from pipeline.knowledge import load_knowledge
    from pipeline.labelled import must_exist, read_labelled

    sizes = read_strata(strata)
    rule_dirs, knowledge_dirs = rule_and_knowledge_dirs(ctx)
    wanted = rule_named(rule, rule_dirs)
    labels = read_labelled(file, positive or wanted.label)
    must_exist(positive, labels)
    knowledge = load_knowledge(*knowledge_dirs)
    judged = judge(labels, wanted, knowledge)
    found = figures(judged, wanted, knowledge, sizes)
    if folds_by:
        found["cross_validation"] = cross_validated(judged, wanted, knowledge, folds_by).as_json()
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


def fit_weights(
    ctx: typer.Context,
    file: TextsFile,
    rule: RuleName = "ai-alliances",
    positive: Positive = None,
    folds_by: FoldsBy = "source",
    write: Annotated[bool, typer.Option("--write", help="Write weights that prove better into knowledge/.")] = False,
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write there instead of the workspace's knowledge/.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write them also where they do not prove better.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit the weights of the score to labelled texts, and say whether that helps on texts that were left out.

    Place, doubts and vetoes are fitted by a logistic regression that is held to the present values, so a few texts
    move little. Each fold is judged by weights that were fitted on the others.

    Example: pactwatch rules fit labelled.jsonl --write
    """
    from pactwatch.evaluation import Fitted, fit_to

    rule_dirs, knowledge_dirs = rule_and_knowledge_dirs(ctx)
    wanted = rule_named(rule, rule_dirs)
    fitted: Fitted = fit_to(file, positive or wanted.label, wanted, knowledge_dirs, folds_by or "source")
    files: list[Path] = []
    if write and fitted.changed and (fitted.helps or force):
        from pipeline.weightfiles import write_weights

        files = write_weights(fitted.changed, knowledge_dirs, into or workspace(ctx).home / "knowledge")
    if as_json:
        emit_json({**fitted.as_json(), "written": files})
        return
    out = console()
    for line in fitted.described():
        out.print(line)
    for name in files:
        out.print(f"wrote {name}")
    if write and not files:
        out.print("Nothing was written." if force or not fitted.changed else "Nothing was written; --force writes it.")
