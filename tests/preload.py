"""What the server of programs has done before it forks them: imported all of the product, and read one page.

Not Twisted's reactor, for each program installs its own.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil

from core.clock import now
from core.records import Page
from pipeline.knowledge import shipped_knowledge
from pipeline.process import Processor
from pipeline.rulebook import shipped_rules
from tests.memory import remember

PACKAGES = ("core", "archive", "scrapers", "pipeline", "alerts", "pactwatch")
BY_NAME = ("alembic.command", "psycopg", "queuelib", "scrapy.dupefilters", "scrapy.pqueues", "scrapy.squeues",
           "scrapy.statscollectors", "sqlalchemy.dialects.postgresql.psycopg", "uvloop")
PAGE = b"<html lang=en><h1>Two firms sign a memorandum</h1>" + b"<p>They will develop chips together.</p>" * 20


def load() -> None:
    """Import all of it."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in BY_NAME:
        importlib.import_module(name)


def read_a_page() -> None:
    """Load what comes with the first page: the knowledge's texts, patterns, the models of languages."""
    url = "http://localhost/"
    Processor([shipped_knowledge()], [shipped_rules()]).process(Page(0, "", url, url, PAGE, "utf-8", now()))
    gc.collect()
    gc.freeze()


remember()
load()
read_a_page()
