"""How what is known of a contact is shown."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import User
from base import dates
from base.stamps import Values, filled, filled_each, token_of
from base.templatetags.icons import icon
from contacts import consent, signs, turns
from contacts.factsheet import Section
from contacts.models import Consent, Contact
from contacts.timeline import Entry

register = template.Library()


@register.filter
def when(moment: datetime | None, now: datetime) -> str:
    """`{{ contact.last_action_at|when:now }}`: "heute, 07:41"; `now` in the office's time zone."""
    return dates.when_label(moment, now)


@register.filter
def consent_word(row: Consent) -> str:
    """`{{ row|consent_word }}`: "erteilt", "widerrufen", or another word if nothing was given before."""
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
    """Return the day as „24.12.2026“. The `date` filter takes ten times as long."""
    return f"{day:%d.%m.%Y}"


@register.filter
def chosen_words(chosen_by: str) -> str:
    """`{{ card.chosen_by|chosen_words }}`: „automatisch: PLZ 21…“."""
    return turns.told(chosen_by)


@register.filter
def away(colleague: User) -> str:
    """Return until when an absent colleague is away: „abwesend bis 12.12.“, without an end „abwesend“."""
    if colleague.absent_until is None:
        return _("abwesend")
    return _("abwesend bis %(day)s") % {"day": dates.short_date(colleague.absent_until, timezone.localdate())}


@register.filter
def spoken_date(day: date) -> str:
    """Return the day as „4. Dezember“, which screen readers read best."""
    return f"{day.day}. {MONTHS[day.month]}"


@register.filter
def stamp(moment: datetime, now: datetime) -> str:
    """`{{ action.performed_at|stamp:now }}`: "22.11., 16:40", with the year if it is another one."""
    return dates.moment_label(moment, now)


@register.filter
def local_date(moment: datetime) -> str:
    """Return the day of a moment in the office's time zone: 24.12.2026."""
    return f"{timezone.localtime(moment):%d.%m.%Y}"


@register.filter
def iso(moment: datetime) -> str:
    """Return the value of a `datetime` attribute."""
    return moment.isoformat(timespec="seconds")


@register.filter
def bubble_names(counts: dict[str, int]) -> str:
    """`{{ contact.action_counts|bubble_names }}`: "Anruf (2), Notiz", for users without a pointer."""
    return signs.bubble_names(counts)


@register.simple_tag(takes_context=True)
def entries(context: Context | dict[str, Any], shown: Iterable[Entry]) -> SafeString:
    """Render entries of the timeline."""
    now, token = context["now"], token_of(context)
    rows = [one.texts(now) | token | {"icon": icon(one.action.kind)} for one in shown]
    return mark_safe("".join(filled_each("contacts/_entry.html", rows)))


@register.simple_tag
def facts(contact: Contact, section: Section) -> SafeString:
    """Render the facts of a group."""
    lines = mark_safe("".join(filled_each("contacts/_fact.html", [line.texts() for line in section.lines])))
    values: Values = {"id": contact.pk, "lines": lines, "label": str(section.group.label)}
    return filled("contacts/_factgroup.html", values, key=section.group.key)


@register.simple_tag
def bubbles(contact: Contact, named: bool, oob: object = "") -> SafeString:
    """Render a contact's bubbles in their fixed order; if `named`, with their names, for touch screens."""
    values = signs.values_of(contact.pk, contact.display_name)
    return mark_safe(signs.bubbles(values, json.dumps(contact.action_counts), bool(named), bool(oob)))


@register.simple_tag
def circle(contact: Contact, can_assign: bool, oob: object = "") -> SafeString:
    """Render the assignee, and the button to change it. Needs the assignee loaded."""
    values, who = signs.values_of(contact.pk, contact.display_name), signs.who_is(contact.assignee)
    return mark_safe(signs.circle(values, who, bool(can_assign), bool(oob)))


@register.simple_tag
def due(contact: Contact, today: date, oob: object = "") -> SafeString:
    """Render the due date's chip, or the small button that sets one."""
    values = signs.values_of(contact.pk, contact.display_name)
    return mark_safe(signs.due(values, contact.due_on, today, bool(oob)))
