"""The mail itself: its text, its salutation and Impressum, its headers, and what it must be before it leaves."""
