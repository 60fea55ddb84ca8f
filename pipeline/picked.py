"""The contacts picked in the list: ticked ones, or all that the filter finds."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from base.ids import is_id
from base.refusals import Conflict, NotUnderstood
from contacts.models import Contact, sight
from pipeline.selection import Selection

MAX_PICKED = 10_000  # contacts that are changed at once
LISTED = 500  # contacts that have a field each; a form has a limit of fields


class NothingPicked(NotUnderstood):
    """No contact was picked."""


@dataclass(frozen=True)
class Picked:
    """Live contacts this user sees, and how they were named, so that the next form can name them again."""

    selection: Selection  # the filter they were picked under
    ids: list[int]
    is_everything: bool
    gone: int = 0  # ticked ones that were trashed meanwhile

    @property
    def total(self) -> int:
        return len(self.ids)

    @property
    def fields(self) -> list[tuple[str, str | int]]:
        """The hidden fields of a form that repeats the choice. "All" includes the number that was shown."""
        named: list[tuple[str, str | int]] = [("filter", self.selection.query_string)]
        if self.is_everything:
            return [*named, ("all", 1), ("total", self.total)]
        if self.total > LISTED:
            return [*named, ("contacts", ",".join(map(str, self.ids)))]
        return [*named, *(("contact", pk) for pk in self.ids)]


def pick(user: User, data: QueryDict, *, confirmed: bool = False) -> Picked:
    """Return the contacts named by the fields `contact` and `contacts`, or by `all` with `filter` and `total`.

    `total` is the number that was shown; it is required if the user has `confirmed` it. Contacts in the trash are left
    out. Raises `NotUnderstood` for no contacts, too many, or an id that does not exist for this user (foreign, unknown
    and hidden alike); `Conflict` if the filter finds another number by now.
    """
    selection = Selection.parse(user, QueryDict(data.get("filter", "")))
    if data.get("all"):
        return _everything(selection, data, confirmed)
    ids = named(data)
    known = Contact.objects.of(user.account).filter(sight(user), pk__in=ids)
    live = dict(known.values_list("pk", "trashed_at"))
    if ids - live.keys():
        raise unavailable()
    left = sorted(pk for pk, trashed_at in live.items() if trashed_at is None)
    return Picked(selection, left, is_everything=False, gone=len(live) - len(left))


def named(data: QueryDict) -> set[int]:
    """Return the ids in the fields `contact` (repeated) and `contacts` (separated by commas).

    Raises `NotUnderstood` for none, too many, or something that is not an id.
    """
    texts = set(data.getlist("contact")) | set(",".join(data.getlist("contacts")).split(",")) - {""}
    if not texts:
        raise NothingPicked(_("Bitte wählen Sie mindestens einen Kontakt aus."))
    if len(texts) > MAX_PICKED:
        raise too_many()
    if not all(map(is_id, texts)):
        raise unavailable()
    return {int(text) for text in texts}


def unavailable() -> NotUnderstood:
    """Return the refusal for an id that is unknown, foreign or hidden: one wording for all of them."""
    return NotUnderstood(_("Mindestens ein Kontakt ist nicht (mehr) verfügbar. Es wurde nichts geändert."))


def too_many() -> NotUnderstood:
    return NotUnderstood(_("Bitte höchstens 10.000 Kontakte auf einmal; grenzen Sie die Suche mit Filtern ein."))


def _everything(selection: Selection, data: QueryDict, confirmed: bool) -> Picked:
    if confirmed and "total" not in data:
        raise NotUnderstood(_("Es fehlt, wie viele Kontakte gemeint sind. Bitte laden Sie die Seite neu."))
    ids = list(selection.contacts().order_by("pk").values_list("pk", flat=True)[: MAX_PICKED + 1])
    if len(ids) > MAX_PICKED:
        raise too_many()
    if not ids:
        raise NothingPicked(_("Bitte wählen Sie mindestens einen Kontakt aus."))
    shown = data.get("total", str(len(ids)))
    if shown != str(len(ids)):
        raise Conflict(
            _("Der Filter findet inzwischen %(number)s Kontakte. Bitte prüfen Sie sie noch einmal.")
            % {"number": len(ids)}
        )
    return Picked(selection, ids, is_everything=True)
