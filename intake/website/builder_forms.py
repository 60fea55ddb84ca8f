"""The forms behind the building of a form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.forms import NameField
from base.fields import TidyText, offer
from contacts.models import Consent, Source
from intake.models import Form, Question
from intake.models.forms import MAX_WORDING
from intake.website import asking
from intake.website.origins import origin_of

MAX_ORIGINS, MAX_OPTIONS = 20, 50
SOURCES = (Source.FORM, Source.VALUATION, Source.GUIDE, Source.RECOMMENDATION, Source.EVENT, Source.OTHER)


def lines(label: Any, longest: int, hint: Any = "", rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, help_text=hint, widget=widget, required=False)


class NewForm(TidyText, forms.Form):
    """What a new form is called."""

    name = NameField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("So heißt es bei Ihnen und in seiner Adresse, zum Beispiel „Bewertung“."),
    )
    title = NameField(
        label=gettext_lazy("Überschrift"), max_length=120, help_text=gettext_lazy("So steht es über dem Formular.")
    )
    language = forms.ChoiceField(label=gettext_lazy("Sprache"), choices=Form.Language)


class SettingsForm(TidyText, forms.Form):
    """What a form says around its questions, and where it stands."""

    name = NameField(label=gettext_lazy("Name"), max_length=60)
    title = NameField(label=gettext_lazy("Überschrift"), max_length=120)
    intro = lines(gettext_lazy("Einleitung"), 1000)
    button = forms.CharField(
        label=gettext_lazy("Beschriftung des Knopfes"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("leer: „Absenden“"),
    )
    thanks = lines(
        gettext_lazy("Dank"), 1000, gettext_lazy("Steht da, wenn das Formular abgeschickt ist. Leer: ein Satz von uns.")
    )
    thanks_address = forms.CharField(
        label=gettext_lazy("Eigene Dankesseite"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Die Adresse einer Seite, die danach gezeigt wird. Leer: unser Dank."),
    )
    frame_origins = lines(
        gettext_lazy("Websites, die das Formular einbetten"),
        2000,
        gettext_lazy("eine Adresse je Zeile, zum Beispiel https://www.ihr-buero.de. Auf anderen erscheint es nicht."),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Quelle der Kontakte"), choices=[(one.value, one.label) for one in SOURCES]
    )
    has_puzzle = forms.BooleanField(
        label=gettext_lazy("Rechenaufgabe gegen Roboter"),
        required=False,
        help_text=gettext_lazy(
            "Der Browser löst sie beim Absenden von selbst, in etwa einer Sekunde. Was ungelöst kommt, etwa aus einem "
            "Browser ohne JavaScript, wartet im Eingang, bis jemand es angesehen hat."
        ),
    )
    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)

    @classmethod
    def of(cls, form: Form, data: Any = None) -> "SettingsForm":
        initial = {field: getattr(form, field) for field in cls.base_fields if field != "name"}
        return cls(data, initial=initial | {"name": form.inlet.name})

    def clean_thanks_address(self) -> str:
        address = self.cleaned_data["thanks_address"]
        if address:
            message = _("Bitte die ganze Adresse, beginnend mit https://")
            URLValidator(schemes=["http", "https"], message=message)(address)
            if not origin_of(address):
                raise ValidationError(message)
        return address

    def clean_frame_origins(self) -> str:
        typed = self.cleaned_data["frame_origins"].split()
        found = [origin_of(one) for one in typed]
        wrong = [one for one, origin in zip(typed, found, strict=True) if not origin]
        if wrong:
            raise ValidationError(_("Das ist keine Adresse einer Website: %(what)s"), params={"what": wrong[0][:100]})
        if len(found) > MAX_ORIGINS:
            raise ValidationError(_("Höchstens %(limit)s Websites."), params={"limit": MAX_ORIGINS})
        return "\n".join(dict.fromkeys(found))

    @property
    def values(self) -> dict[str, Any]:
        """What the form itself has."""
        return {field: value for field, value in self.cleaned_data.items() if field not in ("name", "version")}


class FactForm(forms.Form):
    """A fact to ask for, of those the form does not ask for yet."""

    fact = forms.ChoiceField(label=gettext_lazy("Feld"))

    def __init__(self, *args: Any, asked: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(fact, asking.label_of(fact)) for fact in asking.offered() if fact not in asked]
        offer(self, "fact", [*choices, ("", pgettext_lazy("Feld eines Formulars", "Eigene Frage …"))])
        self.fields["fact"].required = False


class QuestionForm(TidyText, forms.Form):
    """How something is asked."""

    label = NameField(label=gettext_lazy("Frage"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Antwort"), choices=Question.Kind)
    options = lines(gettext_lazy("Antworten zur Auswahl"), 2000, gettext_lazy("eine je Zeile"), rows=4)
    hint = forms.CharField(
        label=gettext_lazy("Hinweis"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Steht klein unter dem Feld."),
    )
    is_required = forms.BooleanField(label=gettext_lazy("Pflichtfeld"), required=False)

    def __init__(self, *args: Any, fact: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fact:
            del self.fields["kind"], self.fields["options"]
            self.fields["label"].required = False
            self.fields["label"].help_text = _("leer: „%(label)s“") % {"label": asking.label_of(fact)}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        listed = list(dict.fromkeys(line for line in map(str.strip, values.get("options", "").splitlines()) if line))
        if values.get("kind") in (Question.Kind.CHOICE, Question.Kind.SEVERAL):
            if len(listed) < 2:
                self.add_error("options", _("Bitte mindestens zwei Antworten, eine je Zeile."))
            elif len(listed) > MAX_OPTIONS:
                self.add_error("options", _("Höchstens %d Antworten.") % MAX_OPTIONS)
        if "options" in values:
            values["options"] = "\n".join(listed)
        return values


class PlaceForm(forms.Form):
    """Which way a question moves."""

    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])


class WordingForm(TidyText, forms.Form):
    """The wording of a consent."""

    channel = forms.ChoiceField(choices=Consent.Channel, widget=forms.HiddenInput)
    text = lines(gettext_lazy("Wortlaut"), MAX_WORDING, rows=4)


class SwitchForm(forms.Form):
    """On or off."""

    on = forms.ChoiceField(choices=[("1", "1"), ("0", "0")])
