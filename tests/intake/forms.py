"""An office's form, and what browsers send."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from intake.models import Form, Question, Wording
from intake.website import building, tokens

ADA = {"first_name": "Ada", "last_name": "Lenz", "email": "ada@post.example", "phone": "0170 1234567"}


def online(user: User, **values: Any) -> Form:
    """A form that is online, with the questions and wordings of a first one."""
    given = {"name": "Bewertung", "title": "Was ist mein Haus wert?", "language": "de"} | values
    form = building.create(user=user, now=timezone.now(), **given)
    building.switch(user=user, form_id=form.pk, on=True)
    return Form.objects.select_related("inlet", "account").get(pk=form.pk)


def address(form: Form) -> str:
    return f"/f/{form.account.slug}/{form.slug}/"


def token(form: Form, *, seconds: float = 60) -> str:
    """The token of a page that was shown so long ago."""
    return tokens.issue(form, building.wordings(form), timezone.now() - timedelta(seconds=seconds))


def typed(form: Form, **values: str) -> dict[str, str]:
    """What a browser sends for these facts."""
    names = {one.fact: f"q{one.pk}" for one in Question.objects.filter(form=form)}
    return {names[fact]: value for fact, value in (ADA | values).items() if fact in names}


def send(form: Form, browser: Client | None = None, *, seconds: float = 60, **values: str) -> HttpResponse:
    """Send the form with these facts, and `extra` fields under their own names."""
    named = {name: values.pop(name) for name in list(values) if name in EXTRA or name.startswith("c_")}
    body = {"token": token(form, seconds=seconds)} | typed(form, **values)
    body |= {name.replace("c_", "c-"): value for name, value in named.items()}
    return (browser or Client(enforce_csrf_checks=True)).post(address(form), body)


EXTRA = ("token", "altcha", "website", "page", "utm_source")


def wording(form: Form, channel: str) -> Wording:
    return Wording.objects.filter(form=form, channel=channel).order_by("version").last()
