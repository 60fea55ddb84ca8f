"""The sentence after a move that says what it means for the contact's mails."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from funnel.contact_messages import plain_subject
from funnel.letters import placeholders
from funnel.models import EnrolmentReason, MessageReason, Sender
from funnel.series.enrolments import Announcement, Effect
from pipeline.cards.moves import Moved

SOON = timedelta(hours=1)


def sentence(outcome: Moved, now: datetime, *, is_off: bool = False, lacks_imprint: bool = False) -> str:
    """Return „1. Mail „Willkommen“ in 10 Minuten.“, or why there is none; "" for a move that concerns no mails.

    `now` is in the office's time zone. `is_off`: the column's series or all mails of the office are switched off.
    `lacks_imprint`: the Impressum is incomplete, so that nothing is sent.
    """
    if outcome.move is None or not outcome.changed:
        return ""
    if outcome.announcement is None:
        return _left(outcome)
    if outcome.announcement.planned_for is None:
        if outcome.move.reverses_id and outcome.announcement.why_not == EnrolmentReason.STATUS:
            return _("Die Mails sind wie zuvor pausiert.")
        return why_not(outcome.announcement.why_not)
    if is_off:
        return _("Keine Mails, solange der Versand ausgeschaltet ist.")
    if lacks_imprint:
        return _("Keine Mails, solange das Impressum unvollständig ist.")
    sender = outcome.announcement.sender
    sender = sender or Sender.objects.of(outcome.card.account_id).select_related("account").get()
    return _next(outcome.announcement, placeholders.office(sender), now)


def _left(outcome: Moved) -> str:
    """Return what entering a column without series does to the series that ran until now."""
    if not outcome.card.has_series or outcome.move is None or outcome.move.reverses_id:
        return ""
    match outcome.card.column.effect:
        case Effect.PAUSE:
            return _("E-Mails pausiert.")
        case Effect.END:
            return _("E-Mails beendet.")
        case _:
            return _("E-Mails laufen weiter.")


def why_not(reason: str) -> str:
    """Return why nothing is mailed, given the reason of a message or an enrolment."""
    match reason:
        case MessageReason.NO_CONSENT:
            return _("Keine Mails: Einwilligung fehlt.")
        case MessageReason.NO_ADDRESS:
            return _("Keine Mails: E-Mail-Adresse fehlt.")
        case MessageReason.SUPPRESSED:
            return _("Keine Mails: Adresse gesperrt.")
        case EnrolmentReason.NO_BASIS:
            return _("Keine Mails: Einwilligung oder Adresse fehlt.")
        case "" | EnrolmentReason.FINISHED:
            return _("Keine weiteren Mails.")
        case EnrolmentReason.STATUS:
            return _("E-Mails pausiert.")
        case _:
            return _("E-Mails pausiert: %s.") % _label(reason)


def _label(reason: str) -> str:
    """Return the reason as the contact's page words it."""
    known = dict(MessageReason.choices) | dict(EnrolmentReason.choices)
    return str(known.get(reason, reason))


def _next(coming: Announcement, office: str, now: datetime) -> str:
    values = {"number": coming.number, "subject": plain_subject(coming.subject, office)}
    return _("%(number)s. Mail „%(subject)s“ %(when)s.") % {**values, "when": _when(coming.planned_for, now)}


def _when(moment: datetime | None, now: datetime) -> str:
    """„in 10 Minuten“, „heute um 14:20“, „am 25.11. um 08:00“."""
    if moment is None or moment - now < timedelta(minutes=1):
        return _("gleich")
    if moment - now < SOON:
        return _("in %s Minuten") % round((moment - now) / timedelta(minutes=1))
    local = moment.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    if days == 0:
        return _("heute um %s") % f"{local:%H:%M}"
    if days == 1:
        return _("morgen um %s") % f"{local:%H:%M}"
    return _("am %(day)s um %(time)s") % {"day": f"{local:%d.%m.}", "time": f"{local:%H:%M}"}
