"""Reversible changes of many contacts, or of columns."""
