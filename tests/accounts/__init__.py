"""Logins, offices and their people."""
