"""The declarative base, the column types that recur, and the naming convention of constraints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from core.clock import as_utc


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Aware in UTC on our side; SQLite keeps it without a zone, PostgreSQL with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without a zone reached the database: {value!r}"
            raise TypeError(msg)
        moment = as_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else as_utc(value)


BigId = BigInteger().with_variant(Integer, "sqlite")   # SQLite counts up only a column of type INTEGER
Json = JSON().with_variant(JSONB, "postgresql")

IdKey = Annotated[int, mapped_column(BigId, primary_key=True)]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    })
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime, str: Text, dict[str, Any]: Json, list[Any]: Json, list[str]: Json,
    }
