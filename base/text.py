"""Text as it is compared and shown."""


def one_line(text: str) -> str:
    """The text in one line: each run of white space is one blank, and none stands at the ends."""
    return " ".join(text.split())
