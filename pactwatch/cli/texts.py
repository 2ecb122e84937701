"""`match` and `extract`: the pipeline on standard input, for scripts."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from core.errors import SkipDocument, UserError
from pactwatch.cli.common import emit_json_line, rule_and_knowledge_dirs


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command()(match)
    app.command()(extract)


def match(ctx: typer.Context) -> None:
    """Read articles as JSON Lines {id, title, text, …} and write for each what the rules make of it.

    Works without a workspace, with the shipped rules and knowledge.

    Example: echo '{"id": 1, "title": "Samsung and SK Telecom join forces in AI", "text": ""}' | pactwatch match
    """
    from pipeline.knowledge import load_knowledge
    from pipeline.match import match_line
    from pipeline.rulebook import load_rules

    rule_dirs, knowledge_dirs = rule_and_knowledge_dirs(ctx)
    knowledge = load_knowledge(*knowledge_dirs)
    rules, broken = load_rules(*rule_dirs)
    for failure in broken:
        typer.echo(f"pactwatch: {failure}", err=True)
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except ValueError as failure:
            raise UserError(f"standard input, line {number}: is not JSON: {failure}") from failure
        if not isinstance(item, dict):
            raise UserError(f"standard input, line {number}: is not an object {{id, title, text}}")
        emit_json_line(match_line(item, knowledge, rules))


def extract(
    url: Annotated[str, typer.Option("--url", help="Address that the page came from.")],
) -> None:
    """Read a page's HTML and write its article as JSON {url, canonical_url, title, text, …}.

    Example: pactwatch extract --url https://example.org/story < story.html
    """
    from dataclasses import asdict

    from core.clock import now
    from pipeline.extract import extract as extract_article

    try:
        article = extract_article(sys.stdin.buffer.read(), url, fetched_at=now())
    except SkipDocument as failure:
        raise UserError(f"no article in this page ({failure.outcome}): {failure}") from failure
    emit_json_line(asdict(article))
