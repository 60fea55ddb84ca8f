"""Parsing what is posted to the board."""

from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from base.ids import is_id
from base.refusals import NotUnderstood
from pipeline.models import Move

VIA_OF_PAGES = frozenset({Move.Via.BOARD, Move.Via.MENU, Move.Via.LIST, Move.Via.DETAIL})


@dataclass(frozen=True)
class Position:
    """The target of a move: the body of `POST /cards/<id>/position/`. No Django form, as every drop pays for it."""

    column: int
    after: int | None
    version: int
    key: str
    via: str

    @classmethod
    def parse(cls, data: QueryDict) -> "Position":
        """Raise `NotUnderstood` for a value that is missing, repeated or not a number; nothing is guessed."""
        after = single(data, "after")
        via = data.get("via", Move.Via.BOARD)
        key = data.get("key", "")
        if via not in VIA_OF_PAGES or len(key) > 40 or "\x00" in key:
            raise NotUnderstood(_("Diese Anfrage ist unvollständig. Bitte laden Sie die Seite neu."))
        return cls(
            column=number(data, "column"),
            after=number(data, "after") if after else None,
            version=number(data, "version"),
            key=key,
            via=via,
        )


def nothing_chosen() -> str:
    """Return the sentence for a form in which nothing was chosen."""
    return _("Bitte wählen Sie zuerst etwas aus. Es wurde nichts geändert.")


def number(data: QueryDict, name: str) -> int:
    """Return a positive whole number in ASCII digits; raises `NotUnderstood` for anything else."""
    text = single(data, name)
    if not is_id(text):
        raise NotUnderstood(_("Die Angabe „%(name)s“ fehlt oder ist keine gültige Zahl.") % {"name": name})
    return int(text)


def single(data: QueryDict, name: str) -> str:
    """Return the value of a required field. Raises `NotUnderstood` if it is missing or repeated."""
    values = data.getlist(name)
    if len(values) != 1:
        raise NotUnderstood(_("Die Angabe „%(name)s“ fehlt oder ist doppelt.") % {"name": name})
    return values[0]


def key_of(data: QueryDict) -> UUID | None:
    """Return the idempotency key of a form, or None if there is none. Raises `NotUnderstood` if it is not a UUID."""
    try:
        return UUID(str(data["key"])) if data.get("key") else None
    except ValueError as error:
        raise NotUnderstood(_("Diese Anfrage ist unvollständig. Bitte laden Sie die Seite neu.")) from error
