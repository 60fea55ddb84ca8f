"""`{% outbox_rows items %}` …: mails and steps as HTML, by stamps of their templates (`base.stamps`)."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from base.stamps import filled_each, token_of
from funnel import contact_messages, outbox_rows
from funnel.statistics import Day, SequenceStatistics, Week

register = template.Library()
Shown = Context | dict[str, Any]


@register.simple_tag(takes_context=True, name="outbox_rows")
def rows_of_outbox(context: Shown, items: Iterable[outbox_rows.Item]) -> SafeString:
    """Render the rows of the outbox."""
    shared = context["user"], context["sender"], context["now"], context["wanted"].state == "paused"
    return mark_safe("".join(filled_each(outbox_rows.TEMPLATE, [item.texts(*shared) for item in items])))


@register.simple_tag(takes_context=True)
def ledger_lines(context: Shown, lines: Iterable[contact_messages.Line]) -> SafeString:
    """Render mails of a contact."""
    now, token = context["now"], token_of(context)
    return mark_safe("".join(filled_each("funnel/_ledger_line.html", [line.texts(now) | token for line in lines])))


@register.simple_tag(takes_context=True)
def sequences(context: Shown, shown: Iterable[SequenceStatistics]) -> SafeString:
    """Render series with their steps."""
    token, rows = token_of(context), []
    for series in shown:
        count, places = len(series.steps), enumerate(series.steps, start=1)
        steps = filled_each("funnel/_step.html", [step.texts(place, count) | token for place, step in places])
        rows.append(series.texts() | token | {"steps": mark_safe("".join(steps))})
    return mark_safe("".join(filled_each("funnel/_sequence.html", rows)))


@register.simple_tag
def plot_days(days: Iterable[Day]) -> SafeString:
    """Render the bars of the days on which mails were sent."""
    drawn = [day for day in days if day.sent]
    bars = iter(filled_each("funnel/_plot_bar.html", [bar.texts() for day in drawn for bar in day.bars]))
    rows = [day.texts() | {"bars": mark_safe("".join(islice(bars, len(day.bars))))} for day in drawn]
    return mark_safe("".join(filled_each("funnel/_plot_day.html", rows)))


@register.simple_tag
def plot_weeks(weeks: Iterable[Week]) -> SafeString:
    """Render the rows of the plot's table."""
    return mark_safe("".join(filled_each("funnel/_plot_week.html", [week.texts() for week in weeks])))
