"""Form fields for further numbers and addresses of a contact: one line each, with its kind and remark."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from base.fields import no_control_signs, one_spelling, valid_email
from contacts import contact_points, identity
from contacts.contact_points import ContactPoint

BLANK = 1  # lines offered for new ones
EMAIL_KINDS = ("private", "work", "other")
PHONE_KINDS = tuple(contact_points.KINDS)
MAX_PHONE_LENGTH = 40


class ReachesWidget(forms.Widget):
    """Lines of kind, text and remark, one of which can be chosen as the first."""

    def __init__(self, kinds: tuple[str, ...], input_type: str, *, has_words: bool) -> None:
        super().__init__()
        self.kinds, self.input_type, self.has_words = kinds, input_type, has_words

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the lines as typed, or None if the page did not contain them."""
        if f"{name}-0-text" not in data:
            return None
        parts = ("kind", "text", "words")
        lines = [
            {part: data.get(f"{name}-{index}-{part}", "") for part in parts}
            for index in range(contact_points.MAX_FURTHER + 1)
        ]
        return {"lines": lines, "first": data.get(f"{name}-first", "")}

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-text"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        is_typed = isinstance(value, dict)
        lines = [line for line in (value["lines"] if is_typed else value or []) if line["text"]]
        first = value["first"] if is_typed else ""
        shown = lines + [contact_points.contact_point("")] * min(BLANK, contact_points.MAX_FURTHER - len(lines))
        rows = ((self._line(name, index, line, first),) for index, line in enumerate(shown))
        return format_html('<div class="contact-points">{}</div>', format_html_join("", "{}", rows))

    def _line(self, name: str, index: int, line: Mapping[str, str], first: str) -> SafeString:
        kinds = [("", "–"), *((kind, contact_points.KINDS[kind]) for kind in self.kinds)]
        place = f"{name}-{index}"
        inputs = [
            forms.Select({**self._named(place, "kind"), "aria-label": _("Art")}, kinds).render(
                f"{place}-kind", line.get("kind", "")
            ),
            self._text(place, "text", line, self.input_type, ""),
        ]
        if self.has_words:
            inputs.append(self._text(place, "words", line, "text", _("Hinweis, z. B. „abends“")))
        if line["text"]:
            chosen = " checked" if first == str(index) else ""
            inputs.append(_choice(name, index, chosen))
        return format_html('<div class="contact-points__line">{}</div>', format_html_join("", "{}", zip(inputs)))

    def _text(self, place: str, part: str, line: Mapping[str, str], kind: str, hint: str) -> SafeString:
        label = hint or (_("Weitere Mailadresse") if kind == "email" else _("Weitere Nummer"))
        limits = {"text": 254 if kind == "email" else MAX_PHONE_LENGTH, "words": contact_points.MAX_WORDS_LENGTH}
        attrs = {**self._named(place, part), "type": kind, "maxlength": limits[part], "aria-label": label}
        attrs |= {"placeholder": hint} if hint else {}
        return forms.TextInput(attrs).render(f"{place}-{part}", line.get(part, ""))

    def _named(self, place: str, part: str) -> dict[str, Any]:
        return {"id": f"id_{place}-{part}", "class": "input", "autocomplete": "off"}


class ContactPointsField(forms.Field):
    """The further contact points as a list; the one chosen as the first has the key `first`."""

    def __init__(self, *, is_phone: bool, **kwargs: Any) -> None:
        self.is_phone = is_phone
        kinds, shown = (PHONE_KINDS, "tel") if is_phone else (EMAIL_KINDS, "email")
        super().__init__(widget=ReachesWidget(kinds, shown, has_words=is_phone), required=False, **kwargs)
        self.kinds = kinds

    def clean(self, value: Any) -> list[ContactPoint] | None:
        if value is None:
            return None
        found = [
            self._contact_point(line) | ({"first": "1"} if value["first"] == str(index) else {})
            for index, line in enumerate(value["lines"])
            if line["text"].strip()
        ]
        if len(found) > contact_points.MAX_FURTHER:
            raise ValidationError(_("Höchstens %(limit)s weitere."), params={"limit": contact_points.MAX_FURTHER})
        return found

    def _contact_point(self, line: Mapping[str, str]) -> ContactPoint:
        text, words = one_spelling(line["text"].strip()), one_spelling(line["words"].strip())
        for value in (text, words):
            no_control_signs(value)
        if self.is_phone and len(text) > MAX_PHONE_LENGTH:
            limit = {"limit": MAX_PHONE_LENGTH}
            raise ValidationError(_("Eine Telefonnummer hat höchstens %(limit)s Zeichen."), params=limit)
        text = text if self.is_phone else valid_email(text)
        number = {"e164": identity.number_of(text)} if self.is_phone else {}
        return contact_points.contact_point(text, line["kind"] if line["kind"] in self.kinds else "", words) | number


def swap(values: dict[str, Any], first: str, further: str, kind: str, words: str = "") -> None:
    """Make the chosen contact point the first one, and remove duplicates."""
    lines = [dict(line) for line in values[further]]
    chosen = next((line for line in lines if line.pop("first", "")), None)
    if chosen:
        lines.remove(chosen)
        was = contact_points.contact_point(values[first], values.get(kind, ""), values.get(words, "") if words else "")
        lines = [was, *lines] if was["text"] else lines
        values[first], values[kind] = chosen["text"], chosen["kind"]
        if words:
            values[words] = chosen["words"]
    values[further] = contact_points.union(values[first], [], lines)


def _choice(name: str, index: int, checked: str) -> SafeString:
    return format_html(
        '<label class="check"><input type="radio" name="{}-first" value="{}"{}><span>{}</span></label>',
        name,
        index,
        checked,
        _("als erste"),
    )
