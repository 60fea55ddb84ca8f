"""A form's page as everybody sees it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404

from accounts.models import Account
from contacts.models import Consent
from funnel.letters import imprint
from funnel.letters.letterhead import letterhead
from funnel.models import Sender
from intake.models import Form, Question
from intake.website import building, tokens
from intake.website.public_form import CAMPAIGN, TRAP, PublicForm


def find(office: str, slug: str) -> Form:
    """Return the form at an address, online or not. Raises Http404 for a draft, too, which never was."""
    account = Account.objects.filter(slug=office).first()
    forms = Form.objects.of(account).select_related("account", "inlet") if account else Form.objects.none()
    form = forms.filter(slug=slug, was_online=True).first()
    if form is None:
        raise Http404
    return form


def is_open(form: Form, token: str, now: datetime) -> bool:
    """Return whether the form takes anything: online, or shown to the sender a short while ago, while it was."""
    if form.inlet.is_active:
        return True
    shown = tokens.read(form, token)
    return shown is not None and now - shown.at <= tokens.TOO_OLD


def bound(form: Form, data: Any = None) -> PublicForm:
    """Return the fields of a form, with what was sent.

    Consents are those that the sender has read: a version that was replaced meanwhile is still what they agreed to.
    """
    questions = list(Question.objects.of(form.account_id).filter(form=form).order_by("position", "pk"))
    shown = tokens.read(form, data.get("token", "")) if data is not None else None
    wordings = building.shown(form, shown.wordings) if shown else building.wordings(form)
    return PublicForm(data, questions=questions, wordings=wordings)


def context(form: Form, answered: PublicForm, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return what the template of the page needs. A form that comes back keeps its token: it was shown before."""
    sent = answered.data if answered.is_bound else query
    token = answered.data.get("token", "") if answered.is_bound else ""
    campaign = {name: sent.get(name, "")[:200] for name in CAMPAIGN}
    return {
        "answered": answered,
        "token": token or tokens.issue(form, list(answered.wordings.values()), now),
        "trap": TRAP,
        "trapped": answered.data.get(TRAP, "") if answered.is_bound else "",
        "campaign": campaign,
        "said_page": answered.data.get("page", "") if answered.is_bound else "",
    }


def asks_by_mail(form: Form) -> bool:
    """Return whether who sends the form may be asked by mail to confirm a consent: without an imprint nobody is."""
    is_asked = any(one.channel == Consent.Channel.EMAIL for one in building.wordings(form))
    return is_asked and not imprint.missing(Sender.objects.of(form.account_id).get())


def surroundings(form: Form) -> dict[str, Any]:
    """Return what all pages of the form show: who asks, and in which colour."""
    hue = Sender.objects.of(form.account_id).values_list("hue", flat=True).get()
    return {"form": form, "office": letterhead(form.account_id), "hue": hue}
