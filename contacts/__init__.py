"""Contacts and what happens with them: actions, due dates, consent, search. Nothing here knows the board."""
