"""What a reader says of a story by the web, written where the command line and Slack's buttons write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive import feedback
from archive.engine import Connection
from archive.feedback import Said
from archive.mutes import LONGEST_DAYS
from archive.regroup import living
from core.clock import now
from core.errors import NotFoundError, UserError
from web.asked import LARGEST_ID
from web.site import Site

LONGEST_NOTE = 500
_MUTES = {f"mute-{kind}": kind for kind in ("organisation", "source", "story")}
VERDICTS = (*feedback.VERDICTS, *_MUTES, "watch")


def say(site: Site, connection: Connection, given: Mapping[str, Any], author: str | None) -> str:
    """Write down what was said; what became of it, in a sentence. UserError where something is missing."""
    verdict = str(given.get("verdict") or "")
    note = str(given.get("note") or "").strip()[:LONGEST_NOTE] or None
    if verdict in feedback.VERDICTS:
        return _judge(site, connection, verdict, given, author, note)
    if verdict in _MUTES:
        return _mute(site, connection, _MUTES[verdict], given, author)
    if verdict == "watch":
        name = organisation(site, connection, str(given.get("watch") or given.get("organisation") or ""))
        feedback.note(connection, Said("watch", author=author, details={"name": name}), now())
        return f"{name} is watched: its stories come first."
    raise UserError(f"unknown verdict {verdict[:40]!r}; allowed: {', '.join(VERDICTS)}")


def _judge(site: Site, connection: Connection, verdict: str, given: Mapping[str, Any], author: str | None,
           note: str | None) -> str:
    hit, article = _id(given, "hit"), _id(given, "article")
    if hit is None and article is None:
        raise UserError("say of which article: give the id of a hit or of an article")
    if hit is None and article is not None:
        hit = feedback.hit_to_judge(connection, article, given.get("rule") or None)
    details: dict[str, Any] = {}
    if verdict == "wrong_party":
        party, names = str(given.get("party") or ""), feedback.parties_of_hit(connection, hit)
        if party not in names:
            raise UserError(f"{party[:80]!r} is no party of it; its parties: {', '.join(names) or 'none'}")
        meant = str(given.get("instead") or "").strip()[:200]
        details = {"party": party, "instead": organisation(site, connection, meant, new=True) if meant else None}
    feedback.note(connection, Said(verdict, hit_id=hit, article_id=article, author=author, note=note, details=details),
                  now())
    told = f"{details['party']} is no party" if details else verdict.replace("_", " ")
    return f"Noted: {told}. Nothing changes by itself."


def _mute(site: Site, connection: Connection, kind: str, given: Mapping[str, Any], author: str | None) -> str:
    days = given.get("days") or site.settings.alerts.mute_days
    if not str(days).isdecimal() or not 1 <= int(str(days)[:9]) <= LONGEST_DAYS:
        raise UserError(f"days {str(days)[:20]!r} is not a number from 1 to {LONGEST_DAYS}")
    name = str(given.get(kind) or "").strip()
    story = None
    if kind == "organisation":
        name = organisation(site, connection, name)
    elif kind == "source":
        known = feedback.source_named(connection, name)
        if known is None:
            raise NotFoundError(f"the archive has no source {name[:80]!r}")
        name = known
    else:
        story = living(connection, _id(given, "story") or 0)
        name = str(story)
    noted = feedback.note(connection, Said("mute", story_id=story, author=author,
                                           details={"kind": kind, "name": name, "days": int(days)}), now())
    until = f" until {noted.mute.until:%Y-%m-%d}" if noted is not None and noted.mute is not None else ""
    return f"Muted: {kind} {name}{until}."


def organisation(site: Site, connection: Connection, name: str, *, new: bool = False) -> str:
    """The canonical name of an organisation, by the archive or by the knowledge. With `new`, any name will do."""
    name = name.strip()
    if not name:
        raise UserError("name an organisation")
    if (known := feedback.organisation_named(connection, name)) is not None:
        return known
    meant = {name} if name in site.knowledge.organisations else site.gazetteer.resolve(name)
    if len(meant) == 1:
        return next(iter(meant))
    if meant:
        raise UserError(f"{name[:80]!r} can be one of several: {', '.join(sorted(meant))}; write its full name")
    if new:
        return name
    raise NotFoundError(f"neither archive nor knowledge has an organisation {name[:80]!r}")


def _id(given: Mapping[str, Any], name: str) -> int | None:
    value = given.get(name)
    if value in {None, ""}:
        return None
    if not str(value).isdecimal() or not str(value).isascii() or not 1 <= int(str(value)[:20]) <= LARGEST_ID:
        raise UserError(f"{name} {str(value)[:40]!r} is not an id")
    return int(str(value))
