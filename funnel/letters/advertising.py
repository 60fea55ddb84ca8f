"""Promotional words. With one of them, a mail that asks for consent is itself advertising without consent (§ 7 UWG)."""

import re

ADVERTISING = re.compile(
    r"\b(?:aktion(?:en|swoche)?|bestpreis\w*|bewert(?:en|ung)\w*|exklusiv\w*|gratis|gutschein\w*|höchstpreis\w*|"
    r"jetzt verkaufen|kostenlos\w*|marktwert\w*|nur heute|provision\w*|rabatt\w*|referenz\w*|sonderangebot\w*|"
    r"sparen|testsieger\w*|unsere angebote|unverbindlich\w*|verkaufspreis\w*|vorteil\w*|wertermittlung\w*|"
    r"besuchen sie|entdecken sie|folgen sie uns|rufen sie uns|vereinbaren sie|wir (?:bieten|verkaufen))\b",
    re.IGNORECASE,
)


def words(text: str) -> list[str]:
    """Return the promotional words in a text, in lower case, without repeats."""
    return sorted({match[0].lower() for match in ADVERTISING.finditer(text)})
