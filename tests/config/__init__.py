"""Tests of starting, restarting, backups, deployment and outages."""
