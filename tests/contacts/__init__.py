"""Contacts, their pages, and the files they come in."""
