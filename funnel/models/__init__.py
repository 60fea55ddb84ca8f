"""The e-mail funnel: what is mailed when, to whom, and what became of it. It has never heard of columns or cards."""

from funnel.models.arrivals import Arrival, Mailbox
from funnel.models.consent import OptIn, Pulse, Suppression
from funnel.models.enrolments import Enrolment, EnrolmentChange, Message
from funnel.models.holds import Hold
from funnel.models.senders import Holiday, Sender
from funnel.models.sequences import Sequence, Step

__all__ = [
    "Arrival",
    "Enrolment",
    "EnrolmentChange",
    "Hold",
    "Holiday",
    "Mailbox",
    "Message",
    "OptIn",
    "Pulse",
    "Sender",
    "Sequence",
    "Step",
    "Suppression",
]
