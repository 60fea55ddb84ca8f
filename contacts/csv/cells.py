"""Reading the cells of a row as the fields of a contact.

A row is refused only if it names nobody. Unreadable text is kept in the note, with the header of its column, and the
report lists it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from contacts.csv import people, places
from contacts.csv.contact_points import (
    MAX_PER_CELL,
    ContactPoint,
    emails_in,
    further,
    in_order,
    is_nothing,
    once,
    phones_in,
)
from contacts.csv.fields import FIELDS, choice_of
from contacts.csv.headers import Heading, heading, is_kept, labels_of
from contacts.csv.places import ADDRESS, Cells, fields_of, place_rank
from contacts.csv.values import READER_OF, empty_of, tags_in, tidy
from contacts.description import NAMES

_LONG = ("note", "email", "phone", "pairs")
_TOGETHER = {*ADDRESS, "email", "phone", "full_name", "name_first", "title", "partner_title"}


class Cleaned(NamedTuple):
    """The result for a row. `remarks` are for the report and do not refuse the row."""

    values: dict[str, object]
    errors: list[str]
    remarks: list[str]


class Columns:
    """The meaning of a file's columns, determined once for all rows."""

    def __init__(self, mapping: Mapping[int, str], headers: Sequence[str] = ()) -> None:
        self.mapping = dict(sorted(mapping.items()))
        self.long = {index for index, key in mapping.items() if FIELDS[key].kind in _LONG or key == "address"}
        self.headers = headers
        found = [heading(header) for header in headers]
        self.headings = {index: found[index] if index < len(found) else Heading(None) for index in mapping}
        self.labels = {index: label for index, label in labels_of(headers).items() if index in mapping}

    def clean(self, cells: Sequence[str]) -> Cleaned:
        """Return the values of the mapped fields, and a sentence for each fault.

        Empty values are "" (text, choice), [] (tags) or None. Status and assignee remain text; the import looks them
        up.
        """
        return _Row(self, cells).cleaned()

    def header(self, index: int, key: str) -> str:
        """Return the header of the column, or the label of the field if it has none."""
        header = self.headers[index] if index < len(self.headers) else ""
        return header or FIELDS[key].label


def clean(cells: Sequence[str], mapping: Mapping[int, str], headers: Sequence[str] = ()) -> Cleaned:
    """Return the values of one row; see `Columns.clean`."""
    return Columns(mapping, headers).clean(cells)


class _Row:
    """The conversion of one row from cells to values."""

    def __init__(self, columns: Columns, cells: Sequence[str]) -> None:
        self.columns = columns
        self.cells = cells
        self.values: dict[str, object] = {}
        self.noted: list[str] = []  # „Anrede: Sir“
        self._whole = ""  # the postal address that was used
        self.remarks: list[str] = []
        self.texts: dict[str, list[tuple[int, str]]] = {}
        for index, key in columns.mapping.items():
            found = self.texts.setdefault(key, [])
            if index < len(cells) and (text := tidy(cells[index], index in columns.long)):
                found.append((index, text))

    def cleaned(self) -> Cleaned:
        self._read_points("email")
        self._read_points("phone")
        self._read_place()
        for key in [*self.texts]:
            if key not in _TOGETHER:
                self._read(key)
        self._read_name()
        self._write_note()
        is_named = any(self.values.get(key) for key in NAMES)
        errors = [] if is_named else [_("Es fehlt ein Name, eine Firma, eine E-Mail-Adresse oder eine Telefonnummer.")]
        return Cleaned(self.values, errors, self._report_remarks())

    def keep(self, index: int, key: str, text: str) -> None:
        """Keep text in the note that cannot be read or has no field of its own."""
        self.noted.append(f"{self.columns.header(index, key)}: {text}")

    def refuse(self, index: int, key: str, text: str) -> None:
        """Keep the text in the note and mention it in the report."""
        self.keep(index, key, text)
        self.remarks.append(f"{self.columns.header(index, key)} „{text[:60]}“")

    def _read(self, key: str) -> None:
        """Read a simple field from its first column with text; other text in further columns is kept in the note."""
        field = FIELDS[key]
        self.values.setdefault(key, empty_of(key))
        found = self.texts[key]
        if field.kind == "tags":
            self._read_tags(found)
            return
        if key in ("note", "more_emails", "more_phones"):
            return
        if found:
            self._read_one(found[0][0], key, found[0][1])
        for index, text in found[1:]:
            if text != found[0][1]:
                self.refuse(index, key, text)

    def _read_one(self, index: int, key: str, text: str) -> None:
        field = FIELDS[key]
        try:
            if read := READER_OF.get(key):
                value, is_exact = (empty_of(key), True) if is_nothing(text) and text != "0" else read(text)
                self.values[key] = value
                if not is_exact:
                    self.refuse(index, key, text)
            elif field.kind == "choice":
                self._choose(index, key, text)
            elif field.limit and len(text) > field.limit:
                self.values[key] = text[: field.limit].rstrip()
                self.refuse(index, key, text)
            else:
                self.values[key] = text
        except ValueError:
            self.refuse(index, key, text)

    def _choose(self, index: int, key: str, text: str) -> None:
        if key.endswith("salutation"):
            found = people.read_salutation(text)
            title = f"{key.removesuffix('salutation')}title"
            if found.title and not self.texts.get(title):
                self.texts[title] = [(index, found.title)]
            self.values[key] = found.key or ""
            if found.key is None and not is_nothing(text):
                self.refuse(index, key, text)
            return
        if key == "source" and choice_of(key, text) is None and not is_nothing(text):
            self.values[key] = "other"
            detail = ", ".join([text, *(detail for _index, detail in self.texts.get("source_detail", [])[:1])])
            self.texts["source_detail"] = [(index, detail)]
            self._read("source_detail")
            return
        self.values[key] = choice_of(key, text) or ""
        if not self.values[key] and not is_nothing(text):
            self.refuse(index, key, text)

    def _read_tags(self, found: list[tuple[int, str]]) -> None:
        tags, left = tags_in(found)
        self.values["tags"] = tags
        for index, text in left:
            self.refuse(index, "tags", text)

    def _read_name(self) -> None:
        """Read the names: titles may hold a salutation or a profession; a full name fills missing parts."""
        for prefix in ("", "partner_"):
            key = f"{prefix}title"
            if key in self.texts:
                self.values[key] = ""
            for index, text in self.texts.get(key, [])[:1]:
                self._read_title(prefix, index, text)
        for key in ("full_name", "name_first"):
            for index, text in self.texts.get(key, []):
                self._split_name(index, key, text)
        if self.values.get("first_name") and not any(self.values.get(key) for key in NAMES):
            self.values["last_name"], self.values["first_name"] = self.values["first_name"], ""

    def _read_title(self, prefix: str, index: int, text: str) -> None:
        key, spoken = f"{prefix}title", people.read_salutation(text)
        is_title = people.is_academic(text) or self.columns.header(index, key).strip().lower() != "title"
        if spoken.key and len(text) > 1 and not self.values.get(f"{prefix}salutation"):
            self.values[f"{prefix}salutation"], self.values[key] = spoken.key, spoken.title
        elif is_title:
            self._read_one(index, key, text)
        else:
            self.values[key] = ""
            self.keep(index, key, text)

    def _split_name(self, index: int, key: str, text: str) -> None:
        known = any(self.values.get(part) for part in ("first_name", "last_name"))
        if known or is_nothing(text) or "@" in text or text == self.values.get("company"):
            return
        for part, value in people.split_name(text, last_first=key == "name_first").items():
            if part == "salutation":
                value = people.read_salutation(value).key or ""
            if value and not self.values.get(part):
                if part in ("first_name", "last_name"):
                    self._read_one(index, part, value)
                else:
                    self.values[part] = value[:40]

    def _read_points(self, key: str) -> None:
        """Read all numbers or addresses of all columns; the first that is not a fax becomes the main one."""
        found: list[ContactPoint] = []
        region = places.region_of(text for _index, text in self.texts.get("country", ()))
        for index, text in self.texts.get(key, []):
            context = self.columns.headings[index].kind, self._label(index)
            each = emails_in(text, *context) if key == "email" else phones_in(text, *context, region)
            found += each.points
            self._keep_all(index, key, each.left)
            if each.is_rounded:
                sentence = _("%(header)s: „%(text)s“ ist gerundet und keine Nummer mehr.")
                self.remarks.append(sentence % {"header": self.columns.header(index, key), "text": text[:40]})
        found = in_order(found)
        for index, text in self.texts.get(f"more_{key}s", ()):
            each = further(text, is_email=key == "email")
            found += each.points
            self._keep_all(index, f"more_{key}s", each.left)
        found = once(found)
        if found[MAX_PER_CELL:]:
            self._keep_all(self.texts[key][0][0], key, [point["text"] for point in found[MAX_PER_CELL:]])
        self._set_points(key, found[:MAX_PER_CELL])

    def _keep_all(self, index: int, key: str, texts: Sequence[str]) -> None:
        for text in texts:
            self.refuse(index, key, text)

    def _label(self, index: int) -> str:
        """Return the label of a number from its label column: „Mobile“."""
        label = self.columns.labels.get(index)
        return self.cells[label].strip() if label is not None and label < len(self.cells) else ""

    def _set_points(self, key: str, found: list[ContactPoint]) -> None:
        if key not in self.texts and not found:
            return
        first = found[0] if found else {"text": "", "kind": "", "words": ""}
        self.values[key] = first["text"]
        if first["kind"]:
            self.values[f"{key}_kind"] = first["kind"]
        if first["words"] and key == "phone":
            self.values["phone_words"] = first["words"]
        if len(found) > 1:
            self.values[f"more_{key}s"] = found[1:]

    def _read_place(self) -> None:
        """Read one postal address; further ones are kept in the note."""
        groups: dict[str, Cells] = {}
        for key in ADDRESS:
            for index, text in self.texts.get(key, []):
                meaning = self.columns.headings[index]
                groups.setdefault(meaning.group if meaning.key in ADDRESS else "", {}).setdefault(key, []).append(
                    (index, text)
                )
        self.values |= dict.fromkeys(fields_of(self.texts), "")
        for number, group in enumerate(sorted(groups, key=lambda group: place_rank(group, groups[group]))):
            self._take_place(groups[group], is_first=not number)

    def _take_place(self, found: Cells, *, is_first: bool) -> None:
        place = places.joined(found)
        index, key = next((texts[0][0], key) for key, texts in found.items())
        if not is_first:
            whole = ", ".join(filter(None, (place.street, f"{place.postal_code} {place.city}".strip())))
            if whole and whole != self._whole:
                self.keep(index, key, whole)
            return
        self._whole = ", ".join(filter(None, (place.street, f"{place.postal_code} {place.city}".strip())))
        if place.country and not places.is_german(place.country):
            self.keep(found["country"][0][0], "country", place.country)
        for name in ("street", "postal_code", "city"):
            value, limit = getattr(place, name), FIELDS[name].limit
            if value:
                self.values[name] = value[:limit] if name != "postal_code" or len(value) <= limit else ""
            if len(value) > limit:
                self.refuse(found.get(name, [(index, "")])[0][0], name, value)

    def _write_note(self) -> None:
        """Write the notes of the file, those of other columns with their headers, and unreadable text."""
        parts: list[str] = []
        for index, text in self.texts.get("note", []):
            header = self.columns.headers[index] if index < len(self.columns.headers) else ""
            parts.append(text if is_kept(header) else "" if is_nothing(text) else f"{header}: {text}")
        note = "\n".join(dict.fromkeys(filter(None, [*parts, *self.noted])))
        if len(note) > FIELDS["note"].limit:
            self.remarks.append(_("Notiz: nach %(limit)s Zeichen abgeschnitten") % {"limit": FIELDS["note"].limit})
        if note or "note" in self.texts:
            self.values["note"] = note[: FIELDS["note"].limit]

    def _report_remarks(self) -> list[str]:
        """Return the remarks as sentences for the report."""
        remarks = list(dict.fromkeys(self.remarks))
        whole = [remark for remark in remarks if remark.endswith(".")]
        noted = [remark for remark in remarks if not remark.endswith(".")]
        return whole + ([_("In die Notiz übernommen: %(values)s.") % {"values": "; ".join(noted)}] if noted else [])
