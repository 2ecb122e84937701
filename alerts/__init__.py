"""From hits to delivered messages: routes, digests, rendering, outbox, channels."""
