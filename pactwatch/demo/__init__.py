"""An invented newsroom on loopback, so that the whole job can be tried without the network."""

from pactwatch.demo.newsroom import ExpectedAlliance, Newsroom, OutletInfo
from pactwatch.demo.workspace import write_workspace

__all__ = ["ExpectedAlliance", "Newsroom", "OutletInfo", "write_workspace"]
