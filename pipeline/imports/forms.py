"""The forms of the import: the file, and what its columns, statuses and unknown colleagues mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from base.fields import offer
from contacts.csv.fields import FIELDS
from pipeline.columns.verbs import fold_name
from pipeline.imports.files import MAX_STATUSES
from pipeline.imports.plan import mapping_of
from pipeline.imports.rows import REJECT
from pipeline.models import Column, Import

# A contact needs one of them.
NAMES = ("first_name", "last_name", "full_name", "name_first", "company", "email", "phone")


class UploadForm(forms.Form):
    """The file. Whether it can be read is found out by the worker."""

    file = forms.FileField(
        label=_("Datei"),
        allow_empty_file=True,  # refused with its line and reason, like every other file
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls,.ods,.vcf,text/csv,text/vcard"}),
        error_messages={"required": _("Bitte wählen Sie eine Datei aus.")},
    )


class ReadingForm(forms.Form):
    """The line of the headers, and whether to repair umlauts."""

    header_line = forms.TypedChoiceField(label=_("Überschriften"), coerce=int)
    repair = forms.ChoiceField(label=_("Umlaute"), required=False)

    def __init__(self, data: Any, *, source: Import) -> None:
        super().__init__(data)
        head = source.options.get("head", [])
        lines = [(line, _("Zeile %(line)s: %(text)s") % {"line": line, "text": text}) for line, text in head]
        offer(self, "header_line", [(0, _("keine: die erste Zeile sind schon Daten")), *lines])
        self.fields["header_line"].initial = source.options.get("header_line", 0)
        found = source.options.get("shape", {}).get("repair", "")
        self.repairs = [("", _("so lassen, wie sie sind")), (found, _("richtigstellen (aus „Ã¼“ wird „ü“)"))]
        offer(self, "repair", self.repairs if found else [("", "")])
        self.fields["repair"].initial = source.options.get("repair", "")


@dataclass(frozen=True)
class Choice:
    """A line of the mapping table: text and samples of the file, and the form field for their meaning."""

    text: str
    samples: list[str]
    field: forms.BoundField


class MappingForm(forms.Form):
    """The field that each column of the file fills, and the meaning of unknown words."""

    unknown_assignee = forms.ChoiceField(
        label=_("Mitarbeiter, die es hier nicht gibt"),
        choices=[
            ("", _("Kontakt ohne Zuweisung übernehmen, der Name kommt in die Notiz")),
            (REJECT, _("Zeile ablehnen")),
        ],
        required=False,
    )
    consent_wording = forms.CharField(
        label=_("Wortlaut der Einwilligung, wo ihn die Datei nicht nennt"),
        help_text=_("Der Text, dem diese Kontakte zugestimmt haben. Ohne ihn ist ein Datum kein Nachweis."),
        max_length=FIELDS["consent_wording"].limit,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def __init__(self, data: Any, *, source: Import) -> None:
        super().__init__(data)
        self.source = source
        self.headers = source.options.get("named", [])
        filled = source.options.get("shape", {}).get("filled", [])
        self.shown = [index for index in range(len(self.headers)) if index < len(filled) and filled[index]]
        self.statuses = source.options.get("statuses", [])
        self.columns = {str(column.pk): column for column in Column.objects.of(source.account)}
        for name in ("unknown_assignee", "consent_wording"):
            self.fields[name].initial = source.options.get(name, "")
        fields = [("", _("nicht übernehmen")), *((key, field.label) for key, field in FIELDS.items())]
        for index in self.shown:
            field = forms.ChoiceField(label=self.headers[index], choices=fields, required=False)
            field.initial = source.mapping.get(str(index), "")
            self.fields[f"column-{index}"] = field
        for index, status in enumerate(self.statuses):
            self.fields[f"status-{index}"] = self._status_field(status)
        if len(self.statuses) >= MAX_STATUSES:
            self.fields["status-other"] = self._status_field("", label=_("alle übrigen"))

    def _status_field(self, status: str, label: Any = None) -> forms.ChoiceField:
        names = [(pk, column.name) for pk, column in self.columns.items()]
        field = forms.ChoiceField(
            label=label or status,
            choices=[
                ("", _("in „Neue Kontakte“, der Status kommt in die Notiz")),
                *names,
                (REJECT, _("Zeile ablehnen")),
            ],
            required=False,
        )
        chosen = self.source.options.get("status_columns", {})
        folded = fold_name(status)
        same = next((pk for pk, column in self.columns.items() if column.folded_name == folded), "")
        field.initial = str(chosen[folded] or "") if folded in chosen else same
        return field

    def column_choices(self) -> Iterator[Choice]:
        """Yield the columns of the file with their first values."""
        preview = self.source.options.get("preview", [])
        for index in self.shown:
            cells = [row[index] for row in preview if index < len(row)]
            yield Choice(self.headers[index], [cell for cell in cells if cell.strip()], self[f"column-{index}"])

    def status_choices(self) -> list[forms.BoundField]:
        """Return the statuses of the file."""
        return [self[name] for name in self.fields if name.startswith("status-")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: set[str] = set()
        for index, key in self.mapping.items():
            if key in taken and not FIELDS[key].joint:
                self.add_error(f"column-{index}", _("Diese Angabe ist schon einer anderen Spalte zugeordnet."))
            taken.add(key)
        if not taken & {*NAMES}:
            self.add_error(None, _("Bitte ordnen Sie einen Namen, Firma, E-Mail-Adresse oder Telefon zu."))
        return cleaned

    @property
    def mapping(self) -> dict[int, str]:
        """Column index to field key."""
        chosen = {index: self.cleaned_data.get(f"column-{index}", "") for index in self.shown}
        return {index: key for index, key in chosen.items() if key}

    @property
    def options(self) -> dict[str, Any]:
        """The choices about words, as stored in `Import.options`."""
        chosen = {fold_name(text): self._column(f"status-{index}") for index, text in enumerate(self.statuses)}
        if _status_of(self.mapping) != _status_of(mapping_of(self.source)):
            chosen = {}  # they were made for another column
        return {
            "status_columns": chosen,
            "unknown_status": self._column("status-other"),
            "unknown_assignee": self.cleaned_data["unknown_assignee"],
            "consent_wording": self.cleaned_data["consent_wording"],
        }

    def _column(self, name: str) -> int | str | None:
        value = self.cleaned_data.get(name)
        return value if value == REJECT else int(value) if value else None


def _status_of(mapping: dict[int, str]) -> set[tuple[int, str]]:
    return {(index, key) for index, key in mapping.items() if key == "status"}
