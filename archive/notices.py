"""Messages about the sending itself, in the outbox like all others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.engine import Connection
from archive.tables import Delivery


def write(connection: Connection, route: str, channel: str, payload: dict[str, Any], now: datetime) -> None:
    """Write a notice to the outbox."""
    number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(Delivery.id), 0))).scalar_one() + 1
    connection.execute(sa.insert(Delivery).values(
        key=f"notice:{now:%Y%m%dT%H%M%S}:{number}", route=route, channel=channel, kind="notice", state="pending",
        payload=payload, created_at=now, attempts=0))
