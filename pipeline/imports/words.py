"""What an import changes, in words: the field, its old and its new value."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, User
from contacts.csv.values import show
from pipeline.imports.plan import Change, label
from pipeline.models import Column

MAX_LENGTH = 200  # of a value that is shown


class Words:
    """Describes changes of this office's contacts."""

    def __init__(self, account: Account) -> None:
        self.columns = dict(Column.objects.of(account).values_list("pk", "name"))
        self.users = {user.pk: user.full_name for user in User.objects.of(account)}

    def describe(self, changes: Iterable[Change]) -> list[list[str]]:
        """Return label, old value and new value of each field."""
        return [[label(name), self._text(name, old), self._text(name, new)] for name, old, new in changes]

    def _text(self, name: str, value: Any) -> str:
        if value in (None, "", []):
            return "–"
        if name == "assignee_id":
            return self.users.get(value, "–")
        if name == "status":
            return self.columns.get(value, "–")
        if isinstance(value, datetime):
            return timezone.localtime(value).strftime("%d.%m.%Y, %H:%M")
        return show(name, value)[:MAX_LENGTH]


def line(changes: Iterable[Iterable[str]]) -> str:
    """„Ort: Köln → Bonn; Telefon: – → 040 123456“."""
    return "; ".join(_("%s: %s → %s") % tuple(change) for change in changes)
