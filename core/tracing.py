"""Traces by OpenTelemetry: where the extra `otel` is there and the environment says where they go. Else nothing.

The variables are OpenTelemetry's own (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER …).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from threading import Thread
from typing import Any

from core.errors import SettingsError
from core.secrets import scrub

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_FLUSH_S = 3.0                           # what the last spans may take at the end; a collector may be away
_tracer: Any = None                      # None: off


def wanted(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment asks for traces."""
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none":
        return False
    if exporter not in {"", "otlp"}:
        raise SettingsError(f"OTEL_TRACES_EXPORTER is {exporter!r}; allowed: otlp, none")
    return bool(exporter) or any(environ.get(name) for name in _ENDPOINTS)


@contextmanager
def tracing(environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Trace what happens inside, where the environment asks for it."""
    if not wanted(environ):
        yield
        return
    provider = _provider(environ)
    use(provider)
    try:
        yield
    finally:
        use(None)
        ending = Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(_FLUSH_S)


def _provider(environ: Mapping[str, str]) -> Any:
    protocol = environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if protocol not in {None, "http/protobuf"}:
        raise SettingsError(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol!r}; allowed: http/protobuf")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        raise SettingsError("the environment asks for traces (OTEL_…), and the extra for them is not installed; run "
                            "pip install 'pactwatch[otel]', or set OTEL_SDK_DISABLED=true") from missing
    names = {"service.name": environ.get("OTEL_SERVICE_NAME") or "pactwatch", "service.version": version("pactwatch")}
    provider = TracerProvider(resource=Resource.create(names))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def use(provider: Any) -> None:
    """Trace with a provider of OpenTelemetry; None: not any more."""
    global _tracer  # noqa: PLW0603 - one process has one tracer, or none
    _tracer = None if provider is None else provider.get_tracer("pactwatch", version("pactwatch"))


@contextmanager
def span(name: str, **attributes: Any) -> Iterator[Any]:
    """A span around what happens inside; None where traces are off."""
    if _tracer is None:
        yield None
        return
    with _tracer.start_as_current_span(name, attributes=_clean(attributes)) as opened:
        yield opened


def record(name: str, began: float, ended: float, **attributes: Any) -> None:
    """A span of something that is over, under the one that is open here. Times are seconds since 1970."""
    if _tracer is not None:
        done = _tracer.start_span(name, start_time=int(began * 1e9), attributes=_clean(attributes))
        done.end(int(ended * 1e9))


def note(opened: Any, **attributes: Any) -> None:
    """Add to a span what is known at its end."""
    if opened is not None:
        opened.set_attributes(_clean(attributes))


def current() -> Any:
    """The span that is open here; None where traces are off."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    return get_current_span()


@contextmanager
def under(opened: Any) -> Iterator[None]:
    """What happens inside belongs to a span that was opened elsewhere: a call-back need not come out of it."""
    if opened is None:
        yield
        return
    from opentelemetry.trace import use_span

    with use_span(opened, end_on_exit=False, record_exception=False, set_status_on_exception=False):
        yield


def _clean(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {f"pactwatch.{name}": scrub(value) if isinstance(value, str) else value
            for name, value in attributes.items() if value is not None}
