"""Contacts that may be one person: finding such pairs, comparing and merging them, and undoing a merge."""
