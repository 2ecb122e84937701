"""The application: every page and every question of programs, behind the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from core.errors import PactwatchError, StaleFormError, TooLargeError
from core.logs import get_logger
from web.api import OTHERS, VERSIONED, document
from web.guard import Guard
from web.lookouts import Lookouts
from web.pages import PAGES
from web.problems import problem, problem_of, status_of, title_of
from web.rendering import render
from web.site import Site

if TYPE_CHECKING:
    from web.access import Visitor

log = get_logger("web")
_MACHINES = ("/api/", "/feeds/")
_FAILED = "Something went wrong here, not with what you asked; the log says what."


def create_app(site: Site) -> FastAPI:
    """The ASGI application of a site."""
    app = FastAPI(title="Pactwatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    app.state.lookouts = Lookouts(site.tools)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    for router in OTHERS:
        app.include_router(router, include_in_schema=False)
    for router in VERSIONED:
        app.include_router(router, prefix=document.PREFIX)
    app.router.routes.extend(site.watch.routes())
    app.add_exception_handler(PactwatchError, _ours)  # type: ignore[arg-type]  # Starlette types the base class
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _unreadable)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _unforeseen)
    app.add_middleware(Guard, keys=site.keys, door=site.door)
    return app


def _told(request: Request, status: int, title: str, detail: str) -> Response:
    """An error in the form that the asker reads."""
    if request.url.path.startswith(_MACHINES):
        return problem(status, title, detail)
    if "HX-Request" in request.headers:
        return render(request, "partly_wrong.html", status, detail=detail)
    return render(request, "wrong.html", status, title=title, detail=detail)


def _ours(request: Request, failure: PactwatchError) -> Response:
    if isinstance(failure, StaleFormError):
        return _told(request, 403, "Out of date", str(failure))
    if isinstance(failure, TooLargeError):
        return _told(request, 413, "Too large", str(failure))
    if request.url.path.startswith(_MACHINES):
        return problem_of(failure)
    return _told(request, status_of(failure), title_of(failure), str(failure))


def _http(request: Request, failure: HTTPException) -> Response:
    detail = {404: f"there is no page {request.url.path[:200]!r}",
              405: f"{request.method} is not what this address takes"}.get(failure.status_code, failure.detail)
    title = "Not found" if failure.status_code == 404 else "Not possible"
    answer = _told(request, failure.status_code, title, detail)
    if failure.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_taken(request)))
    return answer


def _taken(request: Request) -> set[str]:
    """The methods that an address takes; Starlette names those of the first function that answers there."""
    taken: set[str] = set()
    for method in ("GET", "POST", "PUT", "DELETE"):
        scope = {**request.scope, "method": method}
        taken |= {method for route in request.app.routes if route.matches(scope)[0] is Match.FULL}
    return taken


def _unreadable(request: Request, failure: RequestValidationError) -> Response:
    first = failure.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return _told(request, 422, "Cannot be read", f"{where}: {first['msg']}")


def _unforeseen(request: Request, failure: Exception) -> Response:
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    log.error("page failed", path=request.url.path, role=visitor.role.name if visitor else "", exc_info=failure)
    return problem(500, "It failed", _FAILED)
