"""What a web hook sends, whoever sends it: known senders by the shape of their payload, others by the names in it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext_noop as _

from intake.reading.composing import composed, of_some
from intake.reading.lead import MAX_PEOPLE, Lead, NoLead, NotRead
from intake.reading.mapping import Field, fields_of, items, proposed
from intake.reading.senders import (
    contact_form_7,
    elementor,
    google_ads,
    gravity_forms,
    meta,
    typeform,
    wpforms,
)
from intake.reading.tree import Tree, leaves, parsed

NOTHING = _("Die Sendung enthält nichts, was gelesen werden könnte.")
NO_LEAD_AD = _("Meta meldet etwas anderes als eine Anfrage.")
TOO_MANY = _("Die Sendung enthält mehr als 50 Personen.")


class Sender(NamedTuple):
    """A program whose payloads we know by their shape."""

    name: str
    fits: Callable[[Tree], bool]
    fields_in: Callable[[Tree], list[Field]]


SENDERS = (
    Sender("typeform", typeform.fits, typeform.fields_in),
    Sender("google_ads", google_ads.fits, google_ads.fields_in),
    Sender("meta_answers", meta.has_answers, meta.fields_in),
    Sender("elementor", elementor.fits, elementor.fields_in),
    Sender("wpforms", wpforms.fits, wpforms.fields_in),
    Sender("gravity_forms", gravity_forms.fits, gravity_forms.fields_in),
    Sender("contact_form_7", contact_form_7.fits, contact_form_7.fields_in),
    Sender("hook", bool, lambda tree: fields_of(leaves(tree))),
)


class Payload(NamedTuple):
    """What one person sent, as a page of mappings shows it: every value with the target proposed for it."""

    sender: str
    fields: list[Field]
    is_test: bool = False


def leads_in(content_type: str, body: bytes, mapping: Mapping[str, str]) -> list[Lead]:
    """Return the leads of a request; `mapping` are the targets an office has chosen, by path.

    Meta's web hooks name nobody: their leads have only a foreign id. Raises NotRead, and NoLead.
    """
    return leads_of(parsed(content_type, body), mapping)


def leads_of(tree: Tree, mapping: Mapping[str, str]) -> list[Lead]:
    """As `leads_in`, of what was parsed."""
    if meta.fits(tree):
        return _announced(tree)
    return of_some([_lead(payload, mapping) for payload in payloads(tree)])


def payloads(tree: Tree) -> list[Payload]:
    """Return what each person sent: a list holds several. Raises NotRead."""
    people = tree if isinstance(tree, list) and any(isinstance(one, dict) for one in tree) else [tree]
    if len(people) > MAX_PEOPLE:
        raise NotRead(TOO_MANY)
    found = [_payload(person) for person in people if leaves(person)]
    if not found:
        raise NotRead(NOTHING)
    return found


def _payload(tree: Tree) -> Payload:
    sender = next(sender for sender in SENDERS if sender.fits(tree))
    fields = [field for field in proposed(sender.fields_in(tree)) if field.value.strip()]
    return Payload(sender.name, fields, sender.name == "google_ads" and google_ads.is_test(tree))


def _lead(payload: Payload, mapping: Mapping[str, str]) -> Lead:
    lead = composed(items(payload.fields, mapping), parser=payload.sender)
    lead.is_test = payload.is_test
    return lead


def _announced(tree: Tree) -> list[Lead]:
    found = meta.announced(tree)
    if not found:
        raise NoLead(NO_LEAD_AD)
    if len(found) > MAX_PEOPLE:
        raise NotRead(TOO_MANY)
    return [composed(items(one.fields, {}), parser="meta") for one in found]
