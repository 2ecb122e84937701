"""From a source file to fetched pages: catalogue, discovery, spiders, politeness, guards."""
