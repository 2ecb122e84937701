"""The JSON API and the feeds: the same questions as the pages, for programs."""
