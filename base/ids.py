"""Ids as they are written in addresses, forms and files."""

import re

MAX_ID = 2**63 - 1  # PostgreSQL's bigint
PATTERN = "[1-9][0-9]{0,18}"

_ID = re.compile(PATTERN)


def is_id(text: str) -> bool:
    """Return whether the text is a positive bigint in plain ASCII digits without leading zeros."""
    return bool(_ID.fullmatch(text)) and int(text) <= MAX_ID
