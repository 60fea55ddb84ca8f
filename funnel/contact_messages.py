"""Reading what became of a contact's mails: two statements, however many there are."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists
from django.utils.translation import gettext as _

from contacts.models import Contact
from funnel.letters import placeholders
from funnel.models import Enrolment, EnrolmentReason, EnrolmentState, Message, MessageReason, MessageState, Sender, Step
from funnel.transport import holds

UNSEEN = (MessageReason.REPLANNED, MessageReason.UNDONE)  # what a plan looked like before it was made anew says nothing
MAX_LINES = 200  # lines, the newest


@dataclass(frozen=True)
class Line:
    """One mail: sent at, planned for, or why not."""

    message: Message
    run: "Run"

    @property
    def subject(self) -> str:
        """As it left; for one that did not leave yet as the step has it."""
        message, sender = self.message, self.run.enrolment.account.sender
        return message.subject or coming_subject(message.step, self.run.contact, sender)

    @property
    def at(self) -> datetime:
        """When it left or ended otherwise; for a planned one when it will leave."""
        message = self.message
        return message.finished_at or message.claimed_at or message.planned_for

    @property
    def state(self) -> str:
        """What became of it, in words."""
        return str(MessageState(self.message.state).label)

    @property
    def why(self) -> str:
        """What one must know besides; "" for a mail that is sent or planned as usual."""
        message = self.message
        if message.state == MessageState.SENT:
            return message.came_back
        if message.state == MessageState.PLANNED:
            return self._why_waiting()
        reason = message.get_reason_display() or (message.answer if message.state == MessageState.UNCLEAR else "")
        if message.reason == MessageReason.STOPPED and self.run.enrolment.reason:
            reason = self.run.enrolment.get_reason_display()
        return f"{self.state}: {reason}" if reason else self.state

    @property
    def is_planned(self) -> bool:
        return self.message.state == MessageState.PLANNED

    @property
    def can_be_read(self) -> bool:
        """Whether there is a mail as it left."""
        return bool(self.message.subject)

    @property
    def can_go_again(self) -> bool:
        """Whether „Noch einmal senden“ makes sense: it failed or is unclear, and nobody stopped the series."""
        run = self.run
        is_stopped = run.is_over and run.enrolment.reason != EnrolmentReason.FINISHED
        return self.message.state in (MessageState.FAILED, MessageState.UNCLEAR) and not is_stopped

    @property
    def is_unclear(self) -> bool:
        return self.message.state == MessageState.UNCLEAR

    @property
    def again(self) -> str:
        """Who had it sent once more, and what that risks; "" if nobody did."""
        message = self.message
        if message.again_at is None:
            return ""
        said = _("Noch einmal senden, entschieden von %(who)s.")
        if message.again_after == MessageState.UNCLEAR:
            said = _(
                "Noch einmal senden, entschieden von %(who)s. Ob die Mail schon angekommen war, ist unklar: "
                "Sie kann zweimal ankommen."
            )
        return said % {"who": message.again_by.full_name if message.again_by else _("jemandem, der nicht mehr da ist")}

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
    """A contact's way through one series, with its mails in the order of time."""

    contact: Contact
    enrolment: Enrolment
    is_off: bool  # the series or all mails of the office are switched off
    is_held: bool  # a fault of ours holds the sending
    lines: list[Line] = field(default_factory=list)

    @property
    def state(self) -> str:
        """„läuft“, „pausiert: von Hand“ …"""
        enrolment = self.enrolment
        state = str(EnrolmentState(enrolment.state).label)
        return f"{state}: {enrolment.get_reason_display()}" if enrolment.reason else state

    @property
    def is_running(self) -> bool:
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
        return any(run.is_running for run in self.runs)

    @property
    def can_resume(self) -> bool:
        return any(run.is_paused for run in self.runs)

    @property
    def is_off(self) -> bool:
        """Whether something waits because sending is switched off."""
        return any(run.is_off and not run.is_over for run in self.runs)


def plain_subject(subject: str, office: str) -> str:
    """A step's subject for people who see no contact: the fallbacks in place of the placeholders."""
    return placeholders.SHAPE.sub(lambda found: office if found[1] == "buero" else (found[2] or "…"), subject)


def coming_subject(step: Step, contact: Contact, sender: Sender) -> str:
    """The subject a step's mail to the contact would have now."""
    return placeholders.fill(placeholders.mark(step.subject), placeholders.filling(contact, sender))


def load(contact: Contact) -> Ledger:
    """The contact's mails by series."""
    runs = {row.pk: _run(row, contact) for row in _enrolments(contact)}
    messages = Message.objects.of(contact.account_id).filter(contact=contact).exclude(reason__in=UNSEEN)
    rows = messages.select_related("step", "again_by").defer("html", "text", "step__body")
    for message in rows.order_by("-planned_for", "-pk")[:MAX_LINES]:
        run = runs[message.enrolment_id]
        run.lines.append(Line(message, run))
    for run in runs.values():
        run.lines.sort(key=lambda line: (line.at, line.message.pk))
    return Ledger([run for run in runs.values() if run.lines or not run.is_over])


def _enrolments(contact: Contact) -> list[Enrolment]:
    rows = Enrolment.objects.of(contact.account_id).filter(contact=contact)
    rows = rows.select_related("sequence", "account__sender")
    rows = rows.annotate(is_held=Exists(holds.open_for(contact.account_id)))
    return sorted(rows, key=lambda row: (row.state != EnrolmentState.ENDED, row.changed_at, row.pk), reverse=True)


def _run(row: Enrolment, contact: Contact) -> Run:
    is_off = not (row.sequence.is_on and row.account.sender.is_on)
    return Run(contact, row, is_off=is_off, is_held=row.is_held)  # type: ignore[attr-defined]
