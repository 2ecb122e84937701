"""Read a line of JSON that somebody else wrote."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from core.errors import UserError


def json_of(line: bytes | str) -> Any:
    """The value of a line. UserError says why one cannot be read."""
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line.lstrip("\ufeff")
        return json.loads(text, parse_constant=_no_number)
    except UnicodeDecodeError as failure:
        raise UserError("is no text in UTF-8") from failure
    except json.JSONDecodeError as failure:
        raise UserError(f"is not JSON: {failure.msg}, at its sign {failure.pos + 1}") from failure
    except RecursionError as failure:
        raise UserError("is nested too deeply") from failure
    except ValueError as failure:
        raise UserError("holds a number that is too long, or none at all") from failure


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
