"""Tests of mails: planning, contents, sending, and replies."""
