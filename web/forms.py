"""Forms: what was filled in, once it is known that a page of ours made the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request

from core.errors import StaleFormError, UserError
from web.site import site_of

Form = Mapping[str, str]


async def checked_form(request: Request) -> Form:
    """The fields of a form. StaleFormError where its token is not that of this browser's visit."""
    given = await request.form(max_files=0, max_fields=50)
    fields = {name: value for name, value in given.items() if isinstance(value, str)}
    if not site_of(request).keys.is_form_token(request.state.visit, fields.pop("csrf", "")):
        raise StaleFormError
    for name, value in fields.items():
        if "\0" in value:
            raise UserError(f"{name} has a NUL character in it")
    return fields


Filled = Annotated[Form, Depends(checked_form)]


def number(form: Form, name: str, low: int, high: int, default: int) -> int:
    """A whole number of a form."""
    given = form.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 12 and low <= int(given) <= high):
        raise UserError(f"{name} {given[:40]!r} is not a number from {low} to {high}")
    return int(given)
