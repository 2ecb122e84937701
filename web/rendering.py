"""From a template and its facts to an answer. One environment, everything escaped, nothing inline."""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from web import marking, svg, text
from web.access import Visitor
from web.site import site_of

HERE = Path(__file__).parent
THEMES = ("auto", "light", "dark")
THEME = "pactwatch_theme"                # the cookie
PLACES = (("/", "Today"), ("/search?q=*", "Search"), ("/organisations", "Organisations"), ("/rules", "Rules"),
          ("/sources", "Sources"), ("/deliveries", "Deliveries"), ("/feedback", "Feedback"))


class Templates:
    """The templates of the package."""

    @cached_property
    def environment(self) -> Environment:
        """Jinja with our filters; a name that a page forgot is an error, and every value is escaped."""
        made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
                           trim_blocks=True, lstrip_blocks=True)
        made.filters.update(
            bdi=text.bdi, plain=text.plain, safe=None, link=text.link, snippet=text.snippet, words=text.words,
            lasting=text.lasting, organisation_path=text.organisation_path, quoted=text.quoted,
            together=text.together, visible=text.visible,
            coded=text.coded)
        del made.filters["safe"]                 # no template may say of a text that it is HTML
        made.globals.update(counted=text.counted, bold=text.bold, evidence=marking.evidence, changes=marking.changes,
                            bars=svg.bars, static=static)
        return made


_templates = Templates()


@lru_cache(maxsize=32)
def static(name: str) -> str:
    """The address of a file of ours, which changes with its content, so that browsers may keep it for good."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def theme_of(request: Request) -> str:
    """Light, dark, or as the system has it."""
    chosen = request.cookies.get(THEME, "auto")
    return chosen if chosen in THEMES else "auto"


def render(request: Request, template: str, code: int = 200, /, **facts: Any) -> HTMLResponse:
    """A page."""
    site, visitor = site_of(request), request.state.visitor
    where = request.url.path
    assert isinstance(visitor, Visitor)
    common = {
        "path": where, "address": where + (f"?{request.url.query}" if request.url.query else ""), "visitor": visitor,
        "theme": theme_of(request), "csrf": site.keys.form_token(request.state.visit), "places": PLACES,
        "moment": partial(text.moment, zone=site.zone), "zone": site.zone.key, "problem": None, "query": "",
        "partly": "HX-Request" in request.headers,
    }
    page = _templates.environment.get_template(template).render({**common, **facts})
    return HTMLResponse(page, code)


def go_to(path: str) -> RedirectResponse:
    """After a form: look at what became of it. Only to a page of ours."""
    return RedirectResponse(own_path(path), status_code=303)


def own_path(path: str) -> str:
    """An address that a form named, where it is one of a page of ours; else the first page."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if inside and path.isprintable() else "/"
