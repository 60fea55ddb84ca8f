"""Decoding what was sent: UTF-8, else Windows-1252, whatever it claims to be."""

import re
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def decoded(raw: bytes) -> str:
    """Return the text, without characters that no database, no screen and no XML accepts."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return printable(raw.decode("utf-16", errors="replace"))
    try:
        return printable(raw.removeprefix(BOM_UTF8).decode("utf-8"))
    except UnicodeDecodeError:
        return printable(raw.decode("cp1252", errors="replace"))


def printable(text: str) -> str:
    return _CONTROL.sub(" ", text)


def tidy(text: str) -> str:
    """Return the text with composed letters, plain line ends and no blanks around it."""
    text = printable(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\xa0", " ")
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
