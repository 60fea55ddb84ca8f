"""Contrast, icons and static files."""
