"""Words in what is sent to us, in German and English: of portals, of forms and of people."""

AROUND_EMAILS = frozenset(("mailto", "und", "oder", "and", "or"))  # between several addresses
