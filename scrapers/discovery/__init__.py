"""Read what entry points bring: pure functions from bytes to discoveries. No network, no clock but the age limit."""

from scrapers.discovery.read import Found, read_entry

__all__ = ["Found", "read_entry"]
