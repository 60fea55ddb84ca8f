"""Tests of the streams of events."""
