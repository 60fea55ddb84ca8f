"""Reading a contact's mails and what became of them, in two statements."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Exists, QuerySet
from django.utils.translation import gettext as _

from base import once
from base.dates import moment_texts
from base.meta import chosen
from contacts.models import Contact
from funnel.letters import placeholders
from funnel.models import Enrolment, EnrolmentReason, EnrolmentState, Message, MessageReason, MessageState, Sender
from funnel.transport import holds

UNSEEN = (MessageReason.REPLANNED, MessageReason.UNDONE)  # superseded plans are of no interest
MAX_LINES = 200  # the newest


@dataclass(frozen=True)
class Line:
    """One mail, with its state in words."""

    message: Message
    run: "Run"

    @property
    def subject(self) -> str:
        """The subject as sent, or as the step has it now."""
        message, sender = self.message, self.run.enrolment.account.sender
        return message.subject or coming_subject(message.step.subject, self.run.contact, sender)

    @property
    def at(self) -> datetime:
        """When it was sent or ended otherwise, or when it is planned."""
        message = self.message
        return message.finished_at or message.claimed_at or message.planned_for

    @property
    def state(self) -> str:
        """Its state in words."""
        return str(MessageState(self.message.state).label)

    @property
    def why(self) -> str:
        """The reason for its state; "" for a mail that was sent or is planned as usual."""
        message = self.message
        if message.state == MessageState.SENT:
            return message.came_back
        if message.state == MessageState.PLANNED:
            return self._why_waiting()
        reason = chosen(message, "reason") or (message.answer if message.state == MessageState.UNCLEAR else "")
        if message.reason == MessageReason.STOPPED and self.run.enrolment.reason:
            reason = chosen(self.run.enrolment, "reason")
        return f"{self.state}: {reason}" if reason else self.state

    @property
    def can_be_cancelled(self) -> bool:
        """Whether to offer „Absagen“."""
        return self.message.state == MessageState.PLANNED and not self.run.is_over

    @property
    def can_go_now(self) -> bool:
        """Whether to offer „Jetzt senden“."""
        return self.can_be_cancelled and not self.message.is_urgent and not self.run.is_off

    @property
    def can_be_read(self) -> bool:
        """Whether its content as sent is stored."""
        return bool(self.message.subject)

    @property
    def can_go_again(self) -> bool:
        """Whether to offer „Noch einmal senden“: it failed or is unclear, and its series was not stopped."""
        run = self.run
        is_stopped = run.is_over and run.enrolment.reason != EnrolmentReason.FINISHED
        return self.message.state in (MessageState.FAILED, MessageState.UNCLEAR) and not is_stopped

    @property
    def is_unclear(self) -> bool:
        return self.message.state == MessageState.UNCLEAR

    @property
    def again(self) -> str:
        """Who had it sent again, and the risk of that; "" if nobody did."""
        message = self.message
        if message.again_at is None:
            return ""
        sentence = _("Noch einmal senden, entschieden von %(who)s.")
        if message.again_after == MessageState.UNCLEAR:
            sentence = _(
                "Noch einmal senden, entschieden von %(who)s. Ob die Mail schon angekommen war, ist unklar: "
                "Sie kann zweimal ankommen."
            )
        return sentence % {
            "who": message.again_by.full_name if message.again_by else _("jemandem, der nicht mehr da ist")
        }

    def texts(self, now: datetime) -> dict[str, str | int]:
        """Return what the template `funnel/_ledger_line.html` shows."""
        message, again_at = self.message, self.message.again_at
        asked = ("can_be_read", "can_be_cancelled", "can_go_now", "can_go_again", "is_unclear")
        return {
            "id": message.pk,
            "state": message.state,
            "state_label": self.state,
            "subject": self.subject,
            "why": self.why,
            **moment_texts(self.at, now),
            "again": self.again,
            **moment_texts(again_at, now, "again_"),
            **{name: "1" if getattr(self, name) else "" for name in asked},
        }

    def _why_waiting(self) -> str:
        if self.run.is_off:
            return _("wartet, bis der Versand eingeschaltet wird")
        if self.run.is_held:
            return _("wartet: Der Versand steht")
        if self.message.is_urgent:
            return _("wird gleich gesendet")
        if self.run.is_paused:
            return _("wartet, solange pausiert ist")
        if self.message.attempts:
            return _("wird noch einmal versucht: %s") % self.message.answer
        return ""


@dataclass(frozen=True)
class Run:
    """A contact's run through one sequence, with its mails in chronological order."""

    contact: Contact
    enrolment: Enrolment
    is_off: bool  # the sequence or all sending of the office is switched off
    is_held: bool  # sending is held
    lines: list[Line] = field(default_factory=list)

    @property
    def state(self) -> str:
        """„läuft“, „pausiert: von Hand“ …"""
        enrolment = self.enrolment
        state = str(EnrolmentState(enrolment.state).label)
        return f"{state}: {chosen(enrolment, 'reason')}" if enrolment.reason else state

    @property
    def is_active(self) -> bool:
        return self.enrolment.state == EnrolmentState.ACTIVE

    @property
    def is_paused(self) -> bool:
        return self.enrolment.state == EnrolmentState.PAUSED

    @property
    def is_over(self) -> bool:
        return self.enrolment.state == EnrolmentState.ENDED


@dataclass(frozen=True)
class Ledger:
    """All series of a contact, the present one first."""

    runs: list[Run]

    @property
    def can_pause(self) -> bool:
        return any(run.is_active for run in self.runs)

    @property
    def can_resume(self) -> bool:
        return any(run.is_paused for run in self.runs)

    @property
    def is_off(self) -> bool:
        """Whether anything waits because sending is switched off."""
        return any(run.is_off and not run.is_over for run in self.runs)


def plain_subject(subject: str, office: str) -> str:
    """Return a step's subject with fallbacks in place of placeholders, for users who may not see the contact."""
    return placeholders.SHAPE.sub(lambda found: office if found[1] == "buero" else (found[2] or "…"), subject)


def coming_subject(subject: str, contact: Contact, sender: Sender) -> str:
    """Return the subject of a step as its mail to the contact would have it now."""
    marked = _marked(subject)
    return placeholders.fill(marked, placeholders.filling(contact, sender, {key for key, _fallback in marked.places}))


_marked = lru_cache(maxsize=500)(placeholders.mark)  # a page shows the same few subjects again and again


def load(contact: Contact) -> Ledger:
    """Return the contact's mails by series."""
    runs = {row.pk: _run(row, contact) for row in _enrolments(contact)}
    for message in once.rows(_messages, contact.account_id, contact.pk):
        run = runs[message.enrolment_id]
        run.lines.append(Line(message, run))
    for run in runs.values():
        run.lines.sort(key=lambda line: (line.at, line.message.pk))
    return Ledger([run for run in runs.values() if run.lines or not run.is_over])


def _messages(account_id: int, contact_id: int) -> QuerySet[Message]:
    messages = Message.objects.of(account_id).filter(contact=contact_id).exclude(reason__in=UNSEEN)
    rows = messages.select_related("step", "again_by").defer("html", "text", "step__body")
    return rows.order_by("-planned_for", "-pk")[:MAX_LINES]


def _runs(account_id: int, contact_id: int) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.of(account_id).filter(contact=contact_id)
    rows = rows.select_related("sequence", "account__sender")
    return rows.annotate(is_held=Exists(holds.open_for(account_id)))


def _enrolments(contact: Contact) -> list[Any]:
    rows = once.rows(_runs, contact.account_id, contact.pk)
    return sorted(rows, key=lambda row: (row.state != EnrolmentState.ENDED, row.changed_at, row.pk), reverse=True)


def _run(row: Any, contact: Contact) -> Run:
    is_off = not (row.sequence.is_on and row.account.sender.is_on)
    return Run(contact, row, is_off=is_off, is_held=row.is_held)
