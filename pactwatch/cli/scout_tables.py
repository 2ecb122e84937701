"""What a look at an outlet brought, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pactwatch.cli.common import printable

if TYPE_CHECKING:
    from rich.console import Console

    from archive.history import History
    from pactwatch.doctor import Step
    from pactwatch.scout import Preview, Scouted

_SIGNS = {"keep": "=", "replace": "~", "drop": "-", "add": "+"}


def show_head(result: Scouted, out: Console) -> None:
    """The outlet, what the look cost, and what was odd."""
    look = result.look
    place = " ".join(filter(None, (look.country, look.language)))
    out.print(printable(f"{look.name}  {look.home}  {place}").rstrip())
    out.print(f"looked at with {look.requests} requests in {look.seconds} s")
    for reason in result.reasons:
        out.print(printable(f"  {reason}"))


def show_previews(previews: Sequence[Preview], out: Console) -> None:
    """The newest articles as a run would read them, and what the rules say of each."""
    if not previews:
        return
    out.print("\nnewest articles")
    for one in previews:
        if one.outcome != "ok":
            out.print(printable(f"  {one.outcome}  {one.title or one.url}  {one.reason}".rstrip()))
            continue
        when = f"{one.published_at:%Y-%m-%d %H:%M}" if one.published_at else "no date"
        wall = ", paywall" if one.paywalled else ""
        out.print(printable(f"  {when}  {one.words} words{wall}  {one.title}"))
        out.print(printable(f"      {one.first_sentence[:200]}"))
        out.print(f"      {_verdict(one)}")


def _verdict(one: Preview) -> str:
    if one.rules:
        return "; ".join(f"hit of {said['rule']}, score {said['score']:.2f} ({said['band']})" for said in one.rules)
    return "no hit" + (f"; best score {one.score:.2f}" if one.score is not None else "")


def show_steps(plan: Sequence[Step], out: Console) -> None:
    """Each entry point and what to do with it."""
    out.print("\nentry points")
    for step in plan:
        out.print(printable(f"  {_SIGNS[step.advice]} {step.advice}  {step.kind}: {step.url}"))
        out.print(printable(f"      {step.why}"))


def show_history(past: History | None, out: Console) -> None:
    """How a source went until now."""
    if past is None:
        out.print("not yet polled")
        return
    every = "" if past.interval_s is None else f", polled every {past.interval_s // 60} minutes"
    went = " ".join(filter(None, (past.outcome or "not yet polled", past.reason)))
    out.print(printable(f"last outcome: {went}; {past.failures} failures in a row{every}"))
    new = f"{past.last_new_at:%Y-%m-%d %H:%M}" if past.last_new_at else "never"
    out.print(f"last new article: {new}; {past.new_in_week} in the last 7 days")
    if past.usual_characters is not None:
        out.print(f"its articles usually have {past.usual_characters} characters; {past.paywalled:.0%} are cut off")
    if past.expectations:
        out.print("usual by its own past, and in the last two days:")
    for one in past.expectations:
        form = "{:.0%}" if one["share"] else "{:,.0f}"
        lately = "nothing to say" if one["lately"] is None else form.format(one["lately"])
        out.print(f"  {one['what']:<20}{form.format(one['usual']):>8}  {lately:>8}")
    for trouble in past.troubles:
        out.print(printable(f"{trouble['kind']} since {trouble['since']:%Y-%m-%d %H:%M}: {trouble['detail']}"))
    for point in past.entry_points:
        if point["moved_to"]:
            out.print(printable(f"{point['url']} says that it has moved to {point['moved_to']}"))
    for poll in past.polls:
        said = " ".join(filter(None, (poll["outcome"], poll["reason"])))
        out.print(printable(f"  {poll['fetched_at']:%m-%d %H:%M}  {poll['url']}  {said}"))


def show_answers(rows: Sequence[dict[str, Any]], out: Console) -> None:
    """How each entry point answered."""
    for row in rows:
        said = row["outcome"] + (f": {row['reason']}" if row["reason"] else "")
        listed = f", {row['entries']} entries" if row["entries"] else ""
        newest = f", the newest of {row['newest']:%Y-%m-%d %H:%M}" if row["newest"] else ""
        out.print(printable(f"{row['source']}  {row['kind']}  {row['url']}  {said}{listed}{newest}"))
