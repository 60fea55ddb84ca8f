"""Mails by which leads arrive: at the address that an office has with us, and in mailboxes of its own."""
