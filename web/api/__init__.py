"""The JSON API and the feeds: the same questions as the pages, for programs."""

from web.api import document, feeds, questions, state

VERSIONED = (questions.router, state.router)
OTHERS = (document.router, feeds.router)
