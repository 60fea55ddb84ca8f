"""Tests of mails: who gets which and when, what they look like, and what comes back."""
