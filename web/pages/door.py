"""Coming in and going out, the colours, and the files of the pages."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response

from core.clock import now
from core.errors import NotFoundError
from web.access import LONGEST_NAME, STAYS, Role
from web.forms import Filled
from web.guard import LOGIN, cookie_rules
from web.rendering import HERE, THEME, THEMES, go_to, render
from web.site import site_of

router = APIRouter()
WRONG_S = 1.0                            # what a wrong token costs whoever tries many
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {f"{path.relative_to(HERE / 'static')}": path for path in (HERE / "static").rglob("*")
         if path.suffix in _TYPES}


@router.get("/login")
def ask(request: Request, following: Annotated[str, Query(alias="next", max_length=2000)] = "/") -> Response:
    """Ask for a token; who needs none is let through."""
    if not site_of(request).keys.needed:
        return go_to("/")
    return render(request, "login.html", next=following)


@router.post("/login")
async def come_in(request: Request, form: Filled) -> Response:
    """Take a token for a cookie."""
    site = site_of(request)
    role = site.keys.role_of(form.get("token", ""))
    if role is Role.NOBODY or not site.keys.needed:
        await asyncio.sleep(WRONG_S)
        return render(request, "login.html", 403, next=form.get("next", "/"), problem="No such token.")
    answer = go_to(form.get("next", "/"))
    name = " ".join(form.get("name", "").split())[:LONGEST_NAME] or None
    cookie = site.keys.cookie(role, name, now())
    answer.headers.append(
        "Set-Cookie", f"{LOGIN}={cookie}; Max-Age={int(STAYS.total_seconds())}; {cookie_rules(site.door)}")
    return answer


@router.post("/logout")
def leave(request: Request, form: Filled) -> Response:  # noqa: ARG001 - it is checked
    """Forget the cookie."""
    answer = go_to("/login")
    answer.headers.append("Set-Cookie", f"{LOGIN}=; Max-Age=0; {cookie_rules(site_of(request).door)}")
    return answer


@router.post("/theme")
def colours(request: Request, form: Filled) -> Response:
    """Keep the choice of colours, for a year."""
    answer = go_to(form.get("back", "/"))
    chosen = form.get("theme")
    if chosen in THEMES:
        rules = cookie_rules(site_of(request).door)
        answer.headers.append("Set-Cookie", f"{THEME}={chosen}; Max-Age=31536000; {rules}")
    return answer


@router.get("/static/{name:path}")
def static(name: str) -> Response:
    """A style sheet, a script or a picture of ours. Its address changes with it."""
    file = FILES.get(name)
    if file is None:
        raise NotFoundError(f"there is no file {name!r}")
    return FileResponse(file, media_type=_TYPES[file.suffix],
                        headers={"Cache-Control": "public, max-age=31536000, immutable"})
