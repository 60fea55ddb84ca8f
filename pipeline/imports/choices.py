"""Rows that may refer to several contacts: the user is asked after the dry run; without an answer it is a new one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from contacts.models import Contact
from pipeline.imports.plan import ASKED
from pipeline.models import Import, ImportRow, ImportState

MAX_ASKED = 50  # rows
MAX_NAMED = 10  # contacts of one row


class ChoicesForm(forms.Form):
    """A choice for each of the first rows that may refer to several contacts."""

    def __init__(self, data: Any, *, source: Import) -> None:
        super().__init__(data)
        self.source = source
        rows = _rows(source)
        names = _names(source, [mark for row in rows for mark in row.candidates])
        chosen = source.options.get("chosen", {})
        for row in rows:
            field = forms.TypedChoiceField(
                label=_("Zeile %(line)s: %(name)s") % {"line": row.line, "name": row.name},
                choices=_choices(row.candidates, names),
                coerce=int,
                empty_value=None,
                required=False,
                initial=chosen.get(str(row.line), ""),
            )
            self.fields[f"row-{row.line}"] = field

    @property
    def rest(self) -> int:
        """The number of such rows that are not asked about: each becomes a new contact."""
        return max(0, self.source.counts.get(ASKED, 0) - MAX_ASKED)

    @property
    def chosen(self) -> dict[int, int | None]:
        """The mark of the chosen contact by line of the file, for rows that were posted."""
        sent = {name: value for name, value in self.cleaned_data.items() if name in self.data}
        return {int(name.removeprefix("row-")): mark for name, mark in sent.items()}


def _rows(source: Import) -> Sequence[ImportRow]:
    if source.state != ImportState.CHECKED or not source.counts.get(ASKED):
        return []
    rows = ImportRow.objects.of(source.account).filter(source=source).exclude(candidates=[])
    return list(rows.order_by("line")[:MAX_ASKED])


def _choices(marks: Sequence[int], names: Mapping[int, str]) -> list[tuple[Any, str]]:
    known = [(mark, names[mark]) for mark in marks[:MAX_NAMED] if mark in names]
    return [("", _("ein neuer Kontakt, bei allen vermerkt")), *known]


def _names(source: Import, marks: Sequence[int]) -> dict[int, str]:
    """Return labels that distinguish the contacts, and the rows of the file that add one."""
    contacts = Contact.objects.of(source.account).live().filter(pk__in=[mark for mark in marks if mark > 0])
    lines = [-mark for mark in marks if mark < 0]
    rows = ImportRow.objects.of(source.account).filter(source=source, line__in=lines)
    labels = {-row.line: _("%(name)s aus Zeile %(line)s") % {"name": row.name, "line": row.line} for row in rows}
    return labels | {contact.pk: _told_apart(contact) for contact in contacts.defer("search")}


def _told_apart(contact: Contact) -> str:
    """„Olga Wagner · Bonn · 0171 5574099 · olga@example.com“."""
    return " · ".join(dict.fromkeys(filter(None, (contact.display_name, contact.city, contact.phone, contact.email))))
