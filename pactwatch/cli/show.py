"""`show`: all that the archive knows of one article."""

from __future__ import annotations

from difflib import ndiff
from itertools import pairwise
from typing import Annotated, Any

import typer

from core.clock import iso
from pactwatch.cli.common import carried, emit_json, open_archive, printable, workspace

_CHANGES = 12                                # lines of a difference between two versions


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(show)


def show(
    ctx: typer.Context,
    id_: Annotated[int, typer.Argument(metavar="ID", help="The id that `search` prints.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show an article: text, versions, story, events, why it was flagged, what was sent.

    Example: pactwatch show 1
    """
    from archive.engine import reading
    from archive.show import show as look
    from pactwatch.bands import Bands

    with reading(open_archive(ctx)) as connection:
        found = look(connection, id_)
        bands = Bands(workspace(ctx))
        found["band"] = bands.of_articles(connection, [id_]).get(id_)
    for hit in found["hits"]:
        hit["band"] = bands.of_hit(hit["rule"], hit["score"])
    if as_json:
        emit_json(found)
    else:
        typer.echo(printable("\n".join(_described(found))))


def _described(found: dict[str, Any]) -> list[str]:
    published = iso(found["published_at"])
    lines = [found["title"], f"{found['outlet']} · {published} · {found['url']}"]
    if found["copy_of"]:
        lines.append(f"a copy of article {found['copy_of']}")
    if found["versions"]:
        lines.append(f"version {found['version']}; earlier: " + ", ".join(
            f"{version['number']} until {iso(version['replaced_at'])}" for version in found["versions"]))
    if found["people"]:
        lines += ["", "people: " + "; ".join(
            ", ".join(filter(None, (person["name"], person["role"], person["organisation"])))
            for person in found["people"])]
    lines += _changes(found)
    for event in found["events"]:
        names = " + ".join(dict.fromkeys(party["organisation"] for party in event["parties"]))
        topics = f" · {', '.join(event['topics'])}" if event["topics"] else ""
        spans = [*((f"{party['role']} {party['organisation']}", party) for party in event["parties"] if party["text"]),
                 *((span["role"], span) for span in event["spans"])]
        lines += ["", f"event: {event['type']} ({event['status']}, {event['score']:.2f}) · {names}{topics}",
                  f"  “{event['sentence']['text']}”",
                  *(f"  {role}: “{span['text']}” at {span['field']} {span['start']}-{span['end']}"
                    for role, span in spans)]
    for hit in found["hits"]:
        proof = ", ".join(f"{span['role']} “{span['text']}”" for span in hit["evidence"]
                          if span["role"] not in {"sentence", "story"})
        reasons = [span["reason"] for span in hit["evidence"] if span["role"] == "story"]
        lines += ["", f"hit: {hit['rule']} ({hit['score']:.2f}, {hit['band']})", *([f"  {proof}"] if proof else []),
                  *(f"  {reason}" for reason in reasons)]
    for sent in found["deliveries"]:
        when = iso(sent["sent_at"]) or ""
        lines += ["", f"{sent['kind']}: {sent['route']} → {sent['channel']}, {sent['state']} {when}".rstrip()]
    story = found["story"]
    if story["others"]:
        lines += ["", f"story {story['id']}, {carried(story)}, also:"]
        lines += [f"  {other['id']}  {other['outlet']}: {other['title']}{_as_copy(other['copy_of'])}"
                  for other in story["others"]]
    return [*lines, "", found["text"]]


def _changes(found: dict[str, Any]) -> list[str]:
    """What each correction changed, line by line."""
    texts = [*found["versions"], found]
    lines = []
    for number, (old, new) in enumerate(pairwise(texts), 1):
        before, after = (f"{one['title']}\n{one['text']}".splitlines() for one in (old, new))
        changed = [line.rstrip() for line in ndiff(before, after) if line[:2] in {"- ", "+ "}]
        more = [f"  and {len(changed) - _CHANGES} more lines"] if len(changed) > _CHANGES else []
        lines += ["", f"changed after version {number}:", *(f"  {line}" for line in changed[:_CHANGES]), *more]
    return lines


def _as_copy(original: int | None) -> str:
    return f" (copy of {original})" if original else ""
