"""What the pages of inlets show."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from base.vault import Unreadable
from intake import tray
from intake.hooks import addresses, learning, programs
from intake.hooks.forms import HookForm
from intake.models import Arrival, Form, Inlet, InletKind, Program
from intake.reading import targets

RECENT = timedelta(days=30)
_REACH = ("email", *targets.PHONES, "street", "postal_code", "city", "house_number", "place", "address")


class Listed(NamedTuple):
    """An inlet, where its page is, how much arrived lately, and whether it is silent."""

    inlet: Inlet
    address: str
    recent: int
    silence: str


def listed(user: User, now: datetime) -> list[Listed]:
    """Return the inlets of the office, by name."""
    inlets = Inlet.objects.of(user.account).order_by("name", "pk")
    recent = Arrival.objects.of(user.account).filter(arrived_at__gte=now - RECENT)
    counts = dict(recent.values("inlet").annotate(count=Count("pk")).values_list("inlet", "count"))
    forms = dict(Form.objects.of(user.account).values_list("inlet", "pk"))
    silences = tray.silences(user.account, now)
    return [
        Listed(one, _page_of(one, forms), counts.get(one.pk, 0), silences.get(one.pk, ""))
        for one in inlets
        if one.kind != InletKind.HOOK or one.token
    ]


def _page_of(inlet: Inlet, forms: dict[int, int]) -> str:
    if inlet.kind == InletKind.HOOK:
        return reverse("intake:inlet", args=[inlet.pk])
    if inlet.pk in forms:
        return reverse("intake:form", args=[forms[inlet.pk]])
    pages = {InletKind.API: "intake:keys", InletKind.ADDRESS: "intake:mail", InletKind.MAILBOX: "intake:mail"}
    page = pages.get(InletKind(inlet.kind))
    return reverse(page) if page else f"{reverse('intake:tray')}?inlet={inlet.pk}"


def context(inlet: Inlet, arrival_id: int | None = None, form: HookForm | None = None) -> dict[str, Any]:
    """Return what the page of a web hook shows."""
    example = learning.example_of(inlet, arrival_id)
    initial = {"name": inlet.name, "trusts_consents": inlet.trusts_consents}
    return {
        "inlet": inlet,
        "manual": programs.manual(inlet.program),
        "form": form or HookForm(initial=initial, has_proof=bool(inlet.secret)),
        "example": example,
        "rows": [(row, _chosen(row.target)) for row in example.rows] if example else [],
        "left": learning.left(inlet).count(),
    } | _address(inlet)


def _address(inlet: Inlet) -> dict[str, str]:
    """Return the address, and the word that Meta asks for; nothing if no key of ours opens it any more."""
    try:
        word = addresses.verify_token(inlet) if inlet.program == Program.META else ""
        return {"address": addresses.address(inlet), "verify_token": word}
    except Unreadable:
        return {"address": "", "verify_token": ""}


def _chosen(target: str) -> SafeString:
    """Return the options of all targets, of which this one is chosen."""
    options, plain = _options(), format_html('value="{}"', target)
    return mark_safe(options.replace(plain, f"{plain} selected", 1))  # noqa: S308  (of our own making)


def _options() -> SafeString:
    groups: dict[str, list[tuple[str, str]]] = {}
    for target, label in sorted(targets.LABELS.items(), key=lambda pair: pair[0] not in targets.ELSEWHERE):
        groups.setdefault(_group(target), []).append((target, _(str(label))))
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        ((name, format_html_join("", '<option value="{}">{}</option>', pairs)) for name, pairs in groups.items()),
    )


def _group(target: str) -> str:
    if target in targets.ELSEWHERE:
        return _("Ohne eigenes Feld")
    if target.startswith(("property_", "living_", "plot_", "year_", "sell_")):
        return _("Immobilie")
    if target.startswith("value"):
        return _("Bewertung")
    if target.startswith("consent_"):
        return _("Einwilligung")
    if target in targets.CAMPAIGN:
        return _("Kampagne")
    if target in _REACH:
        return _("Erreichbarkeit")
    return _("Anfrage") if target in targets.SINGLE or target.startswith("source") else _("Person")
