"""`match`: the pipeline on standard input, for scripts."""

from __future__ import annotations

import sys

import typer

from core.errors import UserError
from pactwatch.cli.common import emit_json_line, rule_and_knowledge_dirs, say


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command()(match)


def match(ctx: typer.Context) -> None:
    """Read articles as JSON Lines {id, title, text, language?, url?, publisher?} and write what the rules make of each.

    title, text and the others are text or null; one of title and text must be there. A line that cannot be read is
    answered, too, by {id, line, error}; the others are not lost by it, and the exit code at the end is 2.

    Works without a workspace, with the shipped rules and knowledge.

    Example: echo '{"id": 1, "title": "Samsung and SK Telecom join forces in AI", "text": ""}' | pactwatch match
    """
    from pipeline.jsonlines import json_of
    from pipeline.knowledge import load_knowledge
    from pipeline.match import check_item, match_line
    from pipeline.rulebook import load_rules

    rule_dirs, knowledge_dirs = rule_and_knowledge_dirs(ctx)
    knowledge = load_knowledge(*knowledge_dirs)
    rules, broken = load_rules(*rule_dirs)
    for failure in broken:
        say(f"pactwatch: {failure}")
    unread: list[int] = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        item: object = None
        try:
            item = json_of(line)
            emit_json_line(match_line(check_item(item), knowledge, rules))
        except UserError as mistake:
            unread.append(number)
            id_ = item.get("id") if isinstance(item, dict) else None
            emit_json_line({"id": id_, "line": number, "error": str(mistake)})
    if unread:
        lines = f"line {unread[0]}" if len(unread) == 1 else f"{len(unread)} lines, the first is line {unread[0]}"
        raise UserError(f"standard input: {lines} could not be read; see `error` in the output")
