"""Errors for programs: one line each, as a problem document (RFC 9457), with the place and what to write instead."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.responses import Response

from core.errors import NotFoundError, PactwatchError, QueryError, RetryLater, UserError

TYPE = "application/problem+json"


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """An answer that says what is wrong."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail,
                **{name: value for name, value in more.items() if value is not None}}
    return Response(json.dumps(document, ensure_ascii=True), status, media_type=TYPE)


def status_of(failure: PactwatchError) -> int:
    """The status of an answer for one of our errors."""
    if isinstance(failure, NotFoundError):
        return 404
    if isinstance(failure, UserError):
        return 400
    return 503 if isinstance(failure, RetryLater) else 500


def title_of(failure: PactwatchError) -> str:
    """What kind of error it is, in a few words."""
    if isinstance(failure, QueryError):
        return "The query cannot be read"
    return {404: "Not found", 400: "Cannot be done as it is asked", 503: "Try again later"}.get(
        status_of(failure), "It failed")


def problem_of(failure: PactwatchError) -> Response:
    """One of our errors as an answer. A query's has its column, and what is meant where that is known."""
    answer = problem(status_of(failure), title_of(failure), str(failure), column=getattr(failure, "column", None),
                     suggestion=_meant(str(failure)))
    if isinstance(failure, RetryLater):
        answer.headers["Retry-After"] = str(round(failure.after or 10))
    return answer


def _meant(message: str) -> str | None:
    """What an error says was probably meant."""
    found = re.search(r"did you mean '?([^'?]+)'?\?", message)
    return found[1] if found else None
