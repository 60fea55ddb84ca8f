"""Text as it is compared and shown."""


def one_line(text: str) -> str:
    """Return the text in one line: white space collapsed to single blanks, none at the ends."""
    return " ".join(text.split())
