"""Where messages go: one module a channel, each with a function `open_channel`."""
