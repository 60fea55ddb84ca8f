"""Streams of events to open pages, in a process of their own, and who is here."""
