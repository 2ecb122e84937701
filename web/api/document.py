"""The description of the API: as OpenAPI for programs, and as a page for people."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from web.api.answers import answer
from web.api.shapes import Problem
from web.rendering import render

router = APIRouter()
PREFIX = "/api/v1"
_ABOUT = (
    "The archive of a newsroom desk: articles, stories, organisations and who allied with whom. Questions are written "
    "in one query language, the same as on the pages and at the prompt. Where a token is set, send it as "
    "`Authorization: Bearer TOKEN`."
)


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; made once."""
    if app.openapi_schema is None:
        made = get_openapi(title="Pactwatch", version="1", description=_ABOUT, routes=app.routes)
        made.setdefault("components", {}).setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        for methods in made["paths"].values():
            for operation in methods.values():
                answers = operation["responses"]
                answers.pop("422", None)
                answers["default"] = {"description": "What is wrong, in one line", "content": {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"token": []}, {}]
        app.openapi_schema = made
    return app.openapi_schema


@router.get(f"{PREFIX}/openapi.json")
def openapi(request: Request) -> Response:
    """The description of the API."""
    return answer(describe(request.app))


@router.get("/api")
def page(request: Request) -> Response:
    """The same for people, and how feeds are asked for."""
    operations = [
        {"method": method.upper(), "path": path, "about": operation.get("description", ""),
         "parameters": operation.get("parameters", ())}
        for path, methods in describe(request.app)["paths"].items() for method, operation in methods.items()]
    return render(request, "api.html", operations=operations)
