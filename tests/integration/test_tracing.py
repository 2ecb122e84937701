"""Traces: nothing where they are off; a pass with all that is in it where the environment asks for them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core import tracing
from core.errors import SettingsError
from pactwatch.demo import Newsroom
from tests.journeys.newsdesk import Newsdesk
from tests.programs import Program

CONSOLE = '[[routes]]\nname = "daily"\nrules = ["ai-alliances"]\nchannel = "console"\nat = ["00:00"]\nzone = "UTC"\n'


@pytest.fixture
def spans() -> Iterator[list]:
    """Traces into a list."""
    trace = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    provider = trace.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(memory))
    tracing.use(provider)
    yield memory.get_finished_spans
    tracing.use(None)
    provider.shutdown()


def test_where_they_are_off_a_span_is_nothing() -> None:
    with tracing.span("pass", run=1) as opened:
        tracing.record("fetch", 0.0, 1.0)
        tracing.note(opened, new=1)
        assert opened is tracing.current() is None
        with tracing.under(opened):
            pass


@pytest.mark.parametrize(("environ", "on"), [
    ({}, False), ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True), ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
    ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, False),
    ({"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}, False)])
def test_the_environment_says_whether(environ: dict[str, str], on: bool) -> None:
    assert tracing.wanted(environ) is on


def test_what_the_environment_asks_for_in_vain_is_told_in_a_line() -> None:
    with pytest.raises(SettingsError, match="OTEL_TRACES_EXPORTER is 'zipkin'; allowed: otlp, none"):
        tracing.wanted({"OTEL_TRACES_EXPORTER": "zipkin"})
    with (pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'; allowed: http/protobuf"),
          tracing.tracing({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})):
        pass


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError, match=r"pip install 'pactwatch\[otel\]'"), \
            tracing.tracing({"OTEL_TRACES_EXPORTER": "otlp"}):
        pass


def test_what_is_over_stands_under_what_is_open_and_holds_no_secret(spans) -> None:
    with tracing.span("pass", run=1, reason=None) as opened:
        pass_span = tracing.current()
    with tracing.under(pass_span):
        tracing.record("fetch", 10.0, 12.5, url="https://desk:hush@a.example/")
    tracing.note(opened, new=1)
    whole, fetch = spans()
    assert fetch.parent.span_id == whole.context.span_id
    assert (fetch.end_time - fetch.start_time) == 2_500_000_000
    assert fetch.attributes == {"pactwatch.url": "https://********@a.example/"}
    assert whole.attributes == {"pactwatch.run": 1}


class Collector(ThreadingHTTPServer):
    """Takes spans by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.bodies: list[bytes] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_pass_is_one_trace_from_its_fetches_to_its_messages(tmp_path: Path) -> None:
    service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    with Newsroom() as newsroom, Collector() as collector:
        desk = Newsdesk(tmp_path / "desk", newsroom, CONSOLE)
        address = f"http://127.0.0.1:{collector.server_address[1]}"
        with Program("pactwatch", "run", "--all", "--home", str(desk.home),
                     env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": address}) as program:
            _, err = program.communicate(timeout=100)
            assert program.returncode == 0, err
        collector.shutdown()
    named: dict[str, list] = {}
    for body in collector.bodies:
        for resource in service.ExportTraceServiceRequest.FromString(body).resource_spans:
            assert {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"] == "pactwatch"
            for scope in resource.scope_spans:
                for span in scope.spans:
                    named.setdefault(span.name, []).append(span)
    assert set(named) == {"pass", "fetch", "extract batch", "extract", "annotate", "match", "store", "deliver"}
    [whole] = named["pass"]
    inside = [span for name in ("fetch", "extract batch", "store") for span in named[name]]
    assert {span.trace_id for span in inside} == {whole.trace_id}
    assert {span.parent_span_id for span in named["fetch"]} == {whole.span_id}
    batches = {span.span_id for span in named["extract batch"]}
    assert {span.parent_span_id for name in ("extract", "annotate", "match") for span in named[name]} == batches
    assert len(named["match"]) == len(newsroom.articles)
    assert all(span.end_time_unix_nano >= span.start_time_unix_nano for spans in named.values() for span in spans)
