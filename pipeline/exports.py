"""Exporting contacts as CSV: a permission that expires, and a file that is made while it is sent."""

import uuid
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from base.batches import batches
from base.refusals import Gone, TooMany
from contacts.csv import rows as csv_rows
from contacts.csv.fields import FIELDS, ONLY_READ, ONLY_WRITTEN
from contacts.csv.story import stories
from pipeline.models import Export
from pipeline.selection import Selection

MAX_PER_HOUR = 5
LIFETIME = timedelta(hours=1)
# Not facts of the contact: parts of other columns, an action, and evidence, which is printed as proof.
NOT_EXPORTED = (*ONLY_READ, "note", "consent_at", "consent_wording", "consent_place")
COLUMNS = tuple(key for key in FIELDS if key not in NOT_EXPORTED)
_SOURCES = {"status": "card__column__name", "assignee": "assignee_id"}
_CHUNK = 500
_IDS = 20_000


@transaction.atomic
def permit(*, user: User, ids: Sequence[int] | None, query: str, now: datetime) -> Export:
    """Allow a user to download a selection for an hour: these ids, or (None) all that the filter finds.

    Raises TooMany for more than MAX_PER_HOUR exports within an hour.
    """
    User.objects.of(user.account).select_for_update(no_key=True).get(pk=user.pk)  # counts concurrent requests, too
    recent = Export.objects.of(user.account).filter(user=user, created_at__gt=now - LIFETIME)
    if recent.count() >= MAX_PER_HOUR:
        raise TooMany(_("Höchstens fünf Exporte in einer Stunde. Bitte versuchen Sie es später noch einmal."))
    Export.objects.of(user.account).filter(created_at__lt=now - 24 * LIFETIME).delete()
    return Export.objects.create(id=uuid.uuid4(), account=user.account, user=user, query=query, ids=ids, created_at=now)


def find(*, user: User, export_id: uuid.UUID, now: datetime) -> Export:
    """Return the user's own export. Raises Http404 for that of somebody else, Gone after an hour."""
    export = Export.objects.of(user.account).filter(user=user, pk=export_id).first()
    if export is None:
        raise Http404
    if now - export.created_at >= LIFETIME:
        raise Gone(_("Dieser Export ist abgelaufen. Bitte exportieren Sie die Kontakte noch einmal."))
    return export


def write(*, export: Export, user: User) -> Iterator[bytes]:
    """Yield the file in pieces. Only the ids of its contacts, eight bytes each, are read at once and kept.

    One statement for everything, or a cursor, which PostgreSQL fills in one, would end at the limit of `base.limits`.
    The file is sent after the view has returned; therefore it activates the office's time zone itself.
    """
    with timezone.override(user.account.zone):
        yield from csv_rows.write(_rows(export, user), COLUMNS, ONLY_WRITTEN)


def _rows(export: Export, user: User) -> Iterator[dict[str, Any]]:
    """Yield the contacts that the list shows at this moment, by the same filter or ids."""
    contacts = (
        Selection.parse(user, QueryDict(export.query)).contacts() if export.ids is None else _ticked(export, user)
    )
    names = _names(user)
    ids = array("q", contacts.order_by("sort_name", "pk").values_list("pk", flat=True).iterator(chunk_size=_IDS))
    for part in batches(ids, _CHUNK):
        chunk = _facts(contacts, part)
        told = stories(user.account_id, [values["id"] for values in chunk])
        for values in chunk:
            yield values | told[values["id"]] | {"assignee": names.get(values["assignee"])}


def _facts(contacts: Any, ids: list[int]) -> list[dict[str, Any]]:
    """Return the facts of these contacts in their order, without those that have left the selection meanwhile."""
    fields = {key: _SOURCES.get(key, key) for key in COLUMNS}
    rows = contacts.filter(pk__in=ids).order_by().values_list("pk", *fields.values())
    found = {pk: dict(zip(fields, row, strict=True)) for pk, *row in rows}
    return [found[pk] for pk in ids if pk in found]


def _ticked(export: Export, user: User) -> Any:
    return Selection(user=user, today=timezone.localdate()).contacts().filter(pk__in=export.ids)


def _names(user: User) -> dict[int, str]:
    """Return how each colleague is named in the file: by name, or by address if several have the same name."""
    users = list(User.objects.of(user.account))
    known = Counter(other.full_name.casefold() for other in users)
    return {other.pk: other.full_name if known[other.full_name.casefold()] == 1 else other.email for other in users}
