"""The e-mail funnel: what is mailed to whom, when, and how that ended. It knows nothing of columns and cards."""

from funnel.models.arrivals import Arrival, ArrivalFault, Mailbox
from funnel.models.consent import OptIn, Pulse, Suppression, SuppressionReason
from funnel.models.enrolments import (
    Enrolment,
    EnrolmentChange,
    EnrolmentReason,
    EnrolmentState,
    Message,
    MessageReason,
    MessageState,
)
from funnel.models.figures import Figures
from funnel.models.holds import Hold, HoldKind
from funnel.models.senders import AddressProof, Holiday, LegalForm, Sender
from funnel.models.sequences import Sequence, Step

__all__ = [
    "AddressProof",
    "Arrival",
    "ArrivalFault",
    "Enrolment",
    "EnrolmentChange",
    "EnrolmentReason",
    "EnrolmentState",
    "Figures",
    "Hold",
    "HoldKind",
    "Holiday",
    "LegalForm",
    "Mailbox",
    "Message",
    "MessageReason",
    "MessageState",
    "OptIn",
    "Pulse",
    "Sender",
    "Sequence",
    "Step",
    "Suppression",
    "SuppressionReason",
]
