"""Where messages go: one module a channel."""
