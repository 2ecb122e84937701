"""Rules: what they flag, and a bench on which one is tried on the archive before it goes live."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from core.errors import NotFoundError, UserError
from web import rulebench
from web.forms import Filled, Form, number
from web.rendering import go_to, render
from web.site import site_of

router = APIRouter()
DAYS, MOST_DAYS = 30, 365


@router.get("/rules")
def rules(request: Request) -> Response:
    """All rules, with their hits of the last 30 days."""
    site = site_of(request)
    with site.reading() as connection:
        rows = site.tools.rules(connection)
    return render(request, "rules.html", rows=rows)


@router.get("/rules/new")
def new(request: Request, query: Annotated[str, Query(max_length=8000)] = "") -> Response:
    """Begin a rule, from a query where one is given."""
    return _bench(request, "", rulebench.new_text(query), rulebench.stamp(""))


@router.get("/rules/{id_}")
def rule(request: Request, id_: str) -> Response:
    """A rule as it is in force."""
    there = rulebench.text_of(site_of(request).space, id_)
    if there is None:
        raise NotFoundError(f"no rule is named {id_[:80]!r}")
    return _bench(request, id_, there[0], rulebench.stamp(there[0]))


@router.post("/rules/try")
def attempt(request: Request, form: Filled) -> Response:
    """Try a rule on the archive: its examples, the difference to its present hits, how much it would bring."""
    site, text = site_of(request), _text(form)
    id_, before = form.get("id", ""), form.get("before", "")
    days = number(form, "days", 1, MOST_DAYS, DAYS)
    try:
        draft = rulebench.read(id_ or "new-rule", text, site.knowledge)
    except UserError as mistake:
        return _bench(request, id_, text, before, code=400, problem=str(mistake))
    difference, forecast = site.tools.try_rule(draft.rule, days)
    return _bench(request, id_, text, before, draft=draft, difference=difference, forecast=forecast, days=days)


@router.post("/rules/save")
def save(request: Request, form: Filled) -> Response:
    """Save a rule that can be read and judges its examples as they are labelled."""
    site, text, id_, before = site_of(request), _text(form), form.get("id", "").strip(), form.get("before", "")
    try:
        draft = rulebench.read(id_, text, site.knowledge)
        if draft.failures and form.get("anyway") != "yes":
            return _bench(request, id_, text, before, code=400, draft=draft,
                          problem="Not saved: examples do not hold. Mend the rule, or save it all the same.")
        rulebench.save(site.space, id_, text, before)
    except UserError as mistake:
        return _bench(request, id_, text, before, code=400, problem=f"Not saved: {mistake}")
    return go_to(f"/rules/{id_}")


def _text(form: Form) -> str:
    return form.get("text", "").replace("\r\n", "\n")


def _bench(request: Request, id_: str, text: str, before: str, *, code: int = 200, **found: Any) -> Response:
    there = rulebench.text_of(site_of(request).space, id_) if rulebench.ID.fullmatch(id_) else None
    nothing = {"draft": None, "difference": None, "forecast": None, "days": DAYS, "problem": None}
    return render(request, "rule.html", code, id=id_, text=text, before=before, there=there, **{**nothing, **found})
