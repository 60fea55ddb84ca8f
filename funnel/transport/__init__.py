"""Outgoing transport: SMTP, provider, throttling, and holds because of faults of our own."""
