"""Sequences and the contacts in them: entering, leaving, planning, and editing steps."""
