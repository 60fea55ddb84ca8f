"""How a contact's signs are shown. A board shows some hundred of each: what repeats is rendered once and kept."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from base import dates
from contacts import consent
from contacts.kinds import Bubble
from contacts.kinds import bubbles as bubbles_of
from contacts.models import Consent, Contact

register = template.Library()


@register.filter
def when(moment: datetime | None, now: datetime) -> str:
    """`{{ contact.last_action_at|when:now }}`: "heute, 07:41"; `now` in the office's time zone."""
    return dates.when_label(moment, now)


@register.filter
def consent_word(row: Consent) -> str:
    """`{{ row|consent_word }}`: "erteilt", "widerrufen", or what is true where nothing was given before."""
    return consent.word(row)


@register.filter
def due_state(due: date, today: date) -> str:
    """`{{ contact.due_on|due_state:today }}`: later, today or overdue."""
    return dates.due_state(due, today)


@register.filter
def due_label(due: date, today: date) -> str:
    """`{{ contact.due_on|due_label:today }}`: "Heute", "seit 3 Tagen", "25.11."."""
    return dates.due_label(due, today)


@register.filter
def german_date(day: date) -> str:
    """24.12.2026. Formats cost: the `date` filter takes ten times as long."""
    return f"{day:%d.%m.%Y}"


@register.filter
def spoken_date(day: date) -> str:
    """4. Dezember, as a screen reader says it best."""
    return f"{day.day}. {MONTHS[day.month]}"


@register.filter
def stamp(moment: datetime, now: datetime) -> str:
    """`{{ action.performed_at|stamp:now }}`: "22.11., 16:40", with the year if it is another one."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%d.%m., %H:%M}" if local.year == now.year else f"{local:%d.%m.%Y, %H:%M}"


@register.filter
def local_date(moment: datetime) -> str:
    """The day of a moment in the office's time zone: 24.12.2026."""
    return f"{timezone.localtime(moment):%d.%m.%Y}"


@register.filter
def iso(moment: datetime) -> str:
    """For the `datetime` attribute."""
    return moment.isoformat(timespec="seconds")


@register.simple_tag
def bubbles(counts: dict[str, int]) -> SafeString:
    """The bubbles of a contact's `action_counts`, in their fixed order."""
    language = get_language()
    return mark_safe("".join(_bubble(bubble, language) for bubble in bubbles_of(counts)))


@register.filter
def bubble_names(counts: dict[str, int]) -> str:
    """`{{ contact.action_counts|bubble_names }}`: "Anruf (2), Notiz", for those whom no pointer shows the names."""
    return ", ".join(bubble.text for bubble in bubbles_of(counts))


@register.simple_tag
def circle(contact: Contact, can_assign: bool, oob: object = "") -> SafeString:
    """Who the contact is assigned to, and the button that assigns it. Needs the assignee at hand."""
    who = contact.assignee
    shown = who and Who(who.full_name, who.initials, who.hue, who.is_active)
    return _of(contact, _circle(shown, bool(can_assign), bool(oob), get_language()))


@register.simple_tag
def due(contact: Contact, today: date, oob: object = "") -> SafeString:
    """The due date's chip, or the small button that sets one."""
    return _of(contact, _due(contact.due_on, today, bool(oob), get_language()))


class Who(NamedTuple):
    """What the circle shows of a colleague."""

    full_name: str
    initials: str
    hue: int
    is_active: bool


ID, NAME = "\ue000", "\ue001"  # signs of no language: stand for the contact in what is kept


def _of(contact: Contact, html: str) -> SafeString:
    return mark_safe(html.replace(ID, str(int(contact.pk))).replace(NAME, escape(contact.display_name)))


def _without_indents(html: str) -> str:
    """What a board repeats some hundred times is sent as one line."""
    return re.sub(r" *\n[ \n]*", " ", html.strip()).replace("> <", "><")


@lru_cache(maxsize=2000)
def _bubble(bubble: Bubble, language: str | None) -> str:
    return _without_indents(render_to_string("contacts/_bubble.html", {"bubble": bubble}))


@lru_cache(maxsize=2000)
def _circle(who: Who | None, can_assign: bool, oob: bool, language: str | None) -> str:
    context = {"who": who, "can_assign": can_assign, "oob": oob, "id": ID, "name": NAME}
    return _without_indents(render_to_string("contacts/_circle_button.html", context))


@lru_cache(maxsize=2000)
def _due(due_on: date | None, today: date, oob: bool, language: str | None) -> str:
    context = {"due_on": due_on, "today": today, "oob": oob, "id": ID, "name": NAME}
    return _without_indents(render_to_string("contacts/_due_button.html", context))
