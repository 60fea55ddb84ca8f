"""Leads that arrive by themselves, from websites, portals, mails and web hooks: each exactly once, none lost."""
