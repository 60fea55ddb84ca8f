"""A form as those see it who build it."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html

from accounts.models import User
from contacts.models import Consent
from funnel.letters import imprint
from funnel.models import Sender
from intake.models import Arrival, Form, Question, Result, Wording
from intake.website import asking
from intake.website.builder_forms import FactForm, WordingForm

RECENT = timedelta(days=30)


class Listed(NamedTuple):
    """A form in the list, and how often it was sent lately, for those who may know."""

    form: Form
    address: str
    sent: int | None


class Worded(NamedTuple):
    """A channel, its present version, the form that adds one, and the earlier ones."""

    label: str
    present: Wording | None
    form: WordingForm
    earlier: list[Wording]


class Sent(NamedTuple):
    """What became of what was sent in the last thirty days."""

    new: int
    again: int
    waits: int
    total: int


def listed(user: User, now: datetime) -> list[Listed]:
    """Return the forms of the office, by name."""
    forms = Form.objects.of(user.account).select_related("inlet", "account").order_by("inlet__name", "pk")
    counts: dict[int, int] = {}
    if user.leads:
        recent = Arrival.objects.of(user.account).filter(inlet__in=[one.inlet_id for one in forms])
        grouped = recent.filter(arrived_at__gte=now - RECENT).values("inlet").annotate(count=Count("pk"))
        counts = dict(grouped.values_list("inlet", "count"))
    return [Listed(one, address(one), counts.get(one.inlet_id, 0) if user.leads else None) for one in forms]


def context(form: Form, user: User, now: datetime) -> dict[str, Any]:
    """Return what the page of a form shows."""
    return {
        "built": form,
        "questions": [(one, asking.name_of(one)) for one in _questions(form)],
        "fact_form": FactForm(asked=asked(form)),
        "wordings": _wordings(form),
        "address": address(form),
        "snippet": snippet(form),
        "sent": sent(form, now) if user.leads else None,
        "missing": imprint.missing(Sender.objects.of(form.account_id).get()),
    }


def address(form: Form) -> str:
    """Return the address of the public page."""
    return settings.BASE_URL + reverse("intake:page", args=[form.account.slug, form.slug])


def snippet(form: Form) -> str:
    """Return what a website includes: a frame, and the script that makes it as high as the form."""
    script = settings.BASE_URL + settings.STATIC_URL + "js/embed.js"  # by its plain name, which stays
    return format_html(
        '<iframe src="{}?frame" title="{}" width="100%" height="900" style="border:0"></iframe>\n'
        '<script src="{}" async></script>',
        address(form),
        form.title,
        script,
    )


def sent(form: Form, now: datetime) -> Sent:
    """Return what became of what was sent lately."""
    rows = Arrival.objects.of(form.account_id).filter(inlet=form.inlet_id, arrived_at__gte=now - RECENT)
    open_ones = [Result.WAITING, Result.UNREAD, Result.REFUSED]
    found = rows.aggregate(
        new=Count("pk", filter=Q(result=Result.NEW)),
        again=Count("pk", filter=Q(result=Result.AGAIN)),
        waits=Count("pk", filter=Q(result__in=open_ones)),
        total=Count("pk"),
    )
    return Sent(**found)


def asked(form: Form) -> set[str]:
    """Return the facts the form asks for."""
    return {one.fact for one in _questions(form)}


def _questions(form: Form) -> list[Question]:
    return list(Question.objects.of(form.account_id).filter(form=form).order_by("position", "pk"))


def _wordings(form: Form) -> list[Worded]:
    """Return the wordings of each channel."""
    rows = Wording.objects.of(form.account_id).filter(form=form).order_by("-version").select_related("created_by")
    kept: dict[str, list[Wording]] = {channel: [] for channel in Consent.Channel.values}
    for row in rows:
        kept[row.channel].append(row)
    return [_worded(channel, kept[channel.value]) for channel in Consent.Channel]


def _worded(channel: Consent.Channel, rows: list[Wording]) -> Worded:
    present = rows[0] if rows else None
    initial = {"channel": channel.value, "text": present.text if present else ""}
    form = WordingForm(initial=initial, auto_id=f"wording-{channel.value}-%s")
    return Worded(str(channel.label), present, form, rows[1:])
