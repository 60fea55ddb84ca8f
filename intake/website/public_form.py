"""The public form: its fields as a browser sends them, checked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.fields import TidyText
from base.meta import field_of
from contacts.choices import Salutation
from contacts.csv import values
from contacts.fact_fields import form_field
from contacts.models import Consent, Contact
from contacts.phones import looks_like_one
from intake.models import Question, Wording
from intake.website import asking

TRAP = "website"  # hidden: who fills it in is a robot, or a browser that fills in everything
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid")
MAX_ANSWER, MAX_MESSAGE = 500, 5000


class PublicForm(TidyText, forms.Form):
    """The questions of a form in their order, then its consents, none of them ticked."""

    use_required_attribute = False

    def __init__(self, *args: Any, questions: list[Question], wordings: list[Wording], **kwargs: Any) -> None:
        self.questions = {f"q{one.pk}": one for one in questions}
        self.wordings = {f"c-{one.channel}": one for one in wordings}
        fields: dict[str, forms.Field] = {name: _field_of(one) for name, one in self.questions.items()}
        fields |= {name: forms.BooleanField(label=one.text, required=False) for name, one in self.wordings.items()}
        self.base_fields = fields  # type: ignore[misc]  # Django copies them from the class, if it has none itself
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.required:  # said in words beside the label; browsers would speak their own language
                field.widget.attrs["aria-required"] = "true"
            field.widget.attrs.setdefault("maxlength", getattr(field, "max_length", None) or None)
            field.widget.attrs = {key: value for key, value in field.widget.attrs.items() if value is not None}
            field.error_messages["required"] = _("Bitte ausfüllen.")
            if isinstance(field, forms.ChoiceField):
                field.error_messages["required"] = _("Bitte auswählen.")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        asked = {one.fact: name for name, one in self.questions.items() if one.fact in asking.REACHES}
        given = [name for name in asked.values() if values.get(name) or name in self.errors]
        if asked and not given:
            sentence = _("Bitte eine E-Mail-Adresse oder Telefonnummer angeben, damit wir antworten können.")
            self.add_error(next(iter(asked.values())), sentence)
        self._check_consent(values, asked, Consent.Channel.EMAIL, "email", _("Für die Einwilligung fehlt die Adresse."))
        self._check_consent(values, asked, Consent.Channel.PHONE, "phone", _("Für die Einwilligung fehlt die Nummer."))
        return values

    def _check_consent(
        self, values: dict[str, Any], asked: dict[str, str], channel: str, reach: str, sentence: str
    ) -> None:
        """Require the address or number of a consent: it names what it was given for."""
        name = asked.get(reach)
        if name and values.get(f"c-{channel}") and not values.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    @property
    def asked(self) -> list[forms.BoundField]:
        """The questions."""
        return [self[name] for name in self.questions]

    @property
    def consents(self) -> list[forms.BoundField]:
        """The boxes of consents."""
        return [self[name] for name in self.wordings]

    @property
    def faults(self) -> list[tuple[forms.BoundField, str]]:
        """The fields with an error and what each says first, in the order of the page."""
        return [(self[name], str(self.errors[name][0])) for name in self.fields if name in self.errors]

    def answers(self) -> list[dict[str, str]]:
        """Return what was answered, as it was typed: fact, question and answer of each."""
        found = [(one, _written(self, name, one)) for name, one in self.questions.items()]
        answered = [{"fact": one.fact, "label": asking.name_of(one), "value": value} for one, value in found if value]
        return (
            answered
            + [
                {
                    "fact": "",
                    "label": _("Feld, das es nicht mehr gibt"),
                    "value": values.tidy(value, True)[:MAX_MESSAGE],
                }
                for name, value in self.data.items()
                if name[:1] == "q" and name[1:].isdigit() and name not in self.questions and value.strip()
            ][: asking.MAX_QUESTIONS]
        )

    def addresses(self) -> list[str]:
        """Return the e-mail address that was typed, folded, if any."""
        typed = [self.cleaned_data[name] for name, one in self.questions.items() if one.fact == "email"]
        return [address.lower() for address in typed if address]

    def ticked(self) -> list[Wording]:
        """Return the wordings of the consents that were given."""
        return [one for name, one in self.wordings.items() if self.cleaned_data[name]]


def _field_of(question: Question) -> forms.Field:
    options: dict[str, Any] = {
        "label": asking.name_of(question),
        "required": question.is_required,
        "help_text": question.hint,
    }
    if question.fact:
        return _of_fact(question.fact, options)
    choices = [(answer, answer) for answer in question.answers]
    match question.kind:
        case Question.Kind.LINES:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=MAX_MESSAGE, **options)
        case Question.Kind.CHOICE:
            return forms.ChoiceField(choices=[("", "–"), *choices], **options)
        case Question.Kind.SEVERAL:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **options)
        case Question.Kind.YES:
            answers = [(word, word) for word in (_("Ja"), _("Nein"))]
            return forms.ChoiceField(choices=answers, widget=forms.RadioSelect, **options)
        case _:
            return forms.CharField(max_length=MAX_ANSWER, **options)


def _of_fact(fact: str, options: dict[str, Any]) -> forms.Field:
    """Return the field of a fact, as colleagues have it, but with a stranger's label."""
    if fact == asking.MESSAGE:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=MAX_MESSAGE, **options)
    field = form_field(field_of(Contact, fact), label=options["label"])
    assert field is not None
    field.required, field.help_text = options["required"], options["help_text"]
    field.widget.is_required = options["required"]
    if fact == "salutation" and isinstance(field, forms.ChoiceField):
        field.choices = [("", "–"), *((one.value, one.label) for one in Salutation if one is not Salutation.NEUTRAL)]
    if fact == "phone":
        field.widget = forms.TextInput(attrs={"type": "tel"})
        field.validators.append(_is_phone)
    field.widget.attrs["autocomplete"] = asking.AUTOCOMPLETE.get(fact, "off")
    return field


def _is_phone(value: str) -> None:
    if value and not looks_like_one(value):
        raise ValidationError(_("Das ist keine Telefonnummer, zum Beispiel „0170 1234567“."))


def _written(form: PublicForm, name: str, question: Question) -> str:
    """Return the answer as it was typed or chosen, "" without one."""
    value = form.cleaned_data[name]
    if question.fact in (*asking.REACHES, asking.MESSAGE):
        return str(value)
    if question.fact:
        return values.show(question.fact, value)  # as files have it, which is how it is read
    return ", ".join(value) if isinstance(value, list) else str(value)
