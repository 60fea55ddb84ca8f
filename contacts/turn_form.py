"""The form of assignment in turn: the switch, a weight for each colleague, and the rules in their order."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.choices import Source
from contacts.turn_models import TurnRule, TurnShare
from contacts.turns import MAX_RULES, MAX_WEIGHT, Rule

BLANK = 3  # rules that can be added at once
MAX_PREFIXES = 100  # of a rule
PREFIX = re.compile(r"[A-Z0-9][A-Z0-9 -]{0,9}", re.IGNORECASE | re.ASCII)


class RuleForm(forms.Form):
    """One rule. Empty: none; a place says where it stands among the others."""

    pk = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    place = forms.IntegerField(required=False, min_value=1, max_value=999)
    prefixes = forms.CharField(required=False, max_length=1200)
    source = forms.ChoiceField(required=False)
    users = forms.TypedMultipleChoiceField(required=False, coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any, *, people: list[User], number: int, initial: dict[str, Any]) -> None:
        super().__init__(data, prefix=f"rule-{number}", initial=initial)
        self.fields["place"].label = _("Platz")
        self.fields["prefixes"].label = _("PLZ beginnt mit")
        self.fields["source"].label = _("Quelle")
        self.fields["users"].label = _("Geht an")
        self.fields["source"].choices = [("", _("jede")), *Source.choices]  # type: ignore[attr-defined]
        self.fields["users"].choices = [(user.pk, user.full_name) for user in people]  # type: ignore[attr-defined]

    @property
    def is_given(self) -> bool:
        """Whether there is such a rule. One without a condition and without colleagues has been taken away."""
        return bool(self.cleaned_data.get("prefixes") or self.cleaned_data.get("source") or self.cleaned_data["users"])

    def clean_prefixes(self) -> list[str]:
        found = [part for part in re.split(r"[,;\s]+", self.cleaned_data["prefixes"].strip()) if part]
        wrong = next((part for part in found if not PREFIX.fullmatch(part)), None)
        if wrong is not None:
            raise ValidationError(_("„%(part)s“ ist kein Anfang einer Postleitzahl.") % {"part": wrong[:20]})
        if len(found) > MAX_PREFIXES:
            raise ValidationError(_("Bitte höchstens %d Anfänge von Postleitzahlen.") % MAX_PREFIXES)
        return list(dict.fromkeys(part.upper() for part in found))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors or not (given["prefixes"] or given["source"] or given["users"]):
            return given
        if not (given["prefixes"] or given["source"]):
            self.add_error("prefixes", _("Bitte eine Postleitzahl oder eine Quelle angeben."))
        elif not given["users"]:
            self.add_error("users", _("Bitte mindestens einen Mitarbeiter ankreuzen."))
        return given


class TurnForm(forms.Form):
    """The switch and the weights; the rules are forms of their own."""

    is_on = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, user: User, people: list[User]) -> None:
        shares = TurnShare.objects.of(user.account).order_by("pk")
        in_turn = {share.user_id: share.weight for share in shares if share.rule_id is None}
        super().__init__(data, initial={"is_on": user.account.assigns_in_turn})
        self.fields["is_on"].label = _("Neue Anfragen von selbst zuweisen")
        self.people = people
        for person in people:
            weight = forms.IntegerField(required=False, min_value=0, max_value=MAX_WEIGHT, label=person.full_name)
            weight.initial = in_turn.get(person.pk, 1)
            self.fields[f"weight_{person.pk}"] = weight
        rules = list(TurnRule.objects.of(user.account))
        number = len(rules) + BLANK if data is None else _rows(data)
        self.rules = []
        for place in range(min(number, MAX_RULES + BLANK)):
            initial: dict[str, Any] = {"place": place + 1}
            if place < len(rules):
                rule = rules[place]
                users = [share.user_id for share in shares if share.rule_id == rule.pk]
                initial |= {"pk": rule.pk, "prefixes": ", ".join(rule.prefixes), "source": rule.source, "users": users}
            self.rules.append(RuleForm(data, people=people, number=place, initial=initial))

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[f"weight_{person.pk}"] for person in self.people]

    def is_valid(self) -> bool:
        own, others = super().is_valid(), [rule.is_valid() for rule in self.rules]
        if own and all(others) and len(self._given()) > MAX_RULES:
            self.add_error(None, _("Bitte höchstens %d Regeln.") % MAX_RULES)
            return False
        return own and all(others)

    def _given(self) -> list[dict[str, Any]]:
        given = [rule.cleaned_data for rule in self.rules if rule.is_given]
        return sorted(given, key=lambda one: one["place"] or 1000)

    @property
    def asked(self) -> dict[str, Any]:
        """Return what `turns.settle` takes."""
        given = self.cleaned_data
        weights = {person.pk: given[f"weight_{person.pk}"] or 0 for person in self.people}
        rules = [Rule(one["pk"], one["prefixes"], one["source"], one["users"]) for one in self._given()]
        return {"is_on": given["is_on"], "weights": weights, "rules": rules}


def _rows(data: Any) -> int:
    """Return how many rules a form has sent."""
    text = str(data.get("rows", ""))
    return int(text) if text.isdecimal() and len(text) < 4 else 0
