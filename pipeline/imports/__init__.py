"""Imports from the upload to the report, and undoing them."""
