"""Turning a lead, plain texts as they were sent, into the values of a contact.

Cells of files are plain texts of strangers too, so they are read alike: what cannot be read as a fact is kept as text.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from contacts.contact_points import KINDS
from contacts.csv.cells import Columns
from contacts.csv.fields import FIELDS
from contacts.models import Source
from intake.models import Inlet, InletKind, Program
from intake.reading.lead import Lead

SOURCES = {InletKind.FORM: Source.FORM, InletKind.MAILBOX: Source.PORTAL, InletKind.ADDRESS: Source.PORTAL}
ON_WEBSITES = (Program.ELEMENTOR, Program.WPFORMS, Program.GRAVITY_FORMS, Program.CONTACT_FORM_7, Program.TYPEFORM)


class Understood(NamedTuple):
    """`values` are of `Contact`; `text` is what the person said, with whatever has no field."""

    values: dict[str, Any]
    text: str


def understood(lead: Lead, inlet: Inlet) -> Understood | None:
    """Return what the lead says, or None if it names nobody."""
    cells = list(_cells(lead))
    mapping = {index: key for index, (key, _header, _text) in enumerate(cells)}
    read = Columns(mapping, [header for _key, header, _text in cells]).clean([text for _key, _header, text in cells])
    if read.errors:
        return None
    values = dict(read.values)
    note = str(values.pop("note", ""))
    if not values.get("source"):
        values["source"] = _source_of(inlet)
    return Understood({name: value for name, value in values.items() if value not in (None, "", [])}, text(lead, note))


def _source_of(inlet: Inlet) -> Source:
    return Source.FORM if inlet.program in ON_WEBSITES else SOURCES.get(InletKind(inlet.kind), Source.OTHER)


def text(lead: Lead, note: str = "") -> str:
    """Return what the person said, and what they said of facts that cannot be read."""
    parts = [lead.message, lead.subject if lead.subject not in lead.message else "", note]
    if lead.left_out or len(note) >= FIELDS["note"].limit:
        parts.append(_("[gekürzt: im Eingang steht, was sonst noch gesendet wurde]"))
    return "\n".join(part for part in parts if part.strip())


def _cells(lead: Lead) -> Iterator[tuple[str, str, str]]:
    """Yield field, header and text of whatever the lead says. A portal's relay is no address of the person's own."""
    for name, value in lead.facts.items():
        if name in FIELDS:
            yield name, FIELDS[name].header, value
    for address in lead.emails:
        yield (
            ("email", FIELDS["email"].header, address) if lead.has_own_address else ("note", _("Antworten an"), address)
        )
    for kind, number in lead.phones:
        yield "phone", f"{FIELDS['phone'].header} {KINDS.get(kind, '')}", number  # a header says what kind it is
