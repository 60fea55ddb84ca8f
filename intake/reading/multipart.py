"""The fields of a form that is sent as multipart/form-data (RFC 7578), each byte read once.

The standard library's parser of mails takes time that grows with the square of what a stranger writes into the head of
a field, and it loses the umlauts in the names of fields, which many senders write as they are.
"""

import binascii
import quopri
import re
from collections.abc import Iterator

from intake.reading.decoding import decoded

MAX_HEAD = 4000  # bytes of a field's head that are read

_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;,"]{1,200}))', re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLDED = re.compile(r"\r?\n[ \t]+")
_DISPOSITION = re.compile(r"^content-disposition[ \t]*:[^;\n]*", re.IGNORECASE | re.MULTILINE)
_PARAMETER = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\\n]|\\.)*+)"?|([^;\n]*+))[^;\n]*+')
_ENCODING = re.compile(r"^content-transfer-encoding[ \t]*:[ \t]*([\w-]{1,30})", re.IGNORECASE | re.MULTILINE)


def fields_in(content_type: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and text of each field; of a file only what it is called."""
    found = _BOUNDARY.search(content_type[:1000])
    if found is None:
        return
    boundary = re.escape((found[1] or found[2]).encode(errors="replace"))
    _before, *pieces = re.split(rb"\r?\n--" + boundary + rb"(?=--|[ \t]{0,100}(?:\r?\n|\Z))", b"\n" + body)
    for piece in pieces:
        if piece.startswith(b"--"):
            return
        field = _BLANK_LINE.split(piece, maxsplit=1)
        head = _FOLDED.sub(" ", decoded(field[0][:MAX_HEAD]))
        said = _parameters(head)
        if name := said.get("name", ""):
            content = _plain(head, field[1]) if len(field) > 1 else b""
            yield name, said.get("filename") or said.get("filename*") or decoded(content)


def _parameters(head: str) -> dict[str, str]:
    """Return what stands behind the kind of a field, by its name in lower case."""
    found: dict[str, str] = {}
    start = _DISPOSITION.search(head)
    place = start.end() if start else len(head)
    while said := _PARAMETER.match(head, place):
        value = said[2].replace('\\"', '"') if said[2] is not None else said[3].strip()
        found.setdefault(said[1].lower(), value)
        place = said.end()
    return found


def _plain(head: str, content: bytes) -> bytes:
    """Undo the encoding that old programs use for what they send."""
    encoding = found[1].lower() if (found := _ENCODING.search(head)) else ""
    if encoding == "quoted-printable":
        return quopri.decodestring(content)
    try:
        return binascii.a2b_base64(content) if encoding == "base64" else content
    except binascii.Error:
        return content
