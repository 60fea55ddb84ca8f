"""Events of the mail provider by webhook: bounces, complaints, and unsubscriptions at the provider.

django-anymail authenticates the caller and parses the events; this module decides which of them suppress an address.
Events that say less than "the address does not exist" or "the person does not want mails" change nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from funnel.incoming.classify import Received, ReceivedKind
from funnel.replies.processing import WebhookError
from funnel.transport.outcome import clean_answer

PARSE_ERRORS = (
    AnymailConfigurationError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)
POSTMARK_KINDS = {  # by `Type` of a bounce or complaint, or by `SuppressionReason`
    "HardBounce": ReceivedKind.HARD_BOUNCE,
    "BadEmailAddress": ReceivedKind.HARD_BOUNCE,
    "SpamComplaint": ReceivedKind.COMPLAINT,
    "Unsubscribe": ReceivedKind.UNSUBSCRIBED,
    "ManualSuppression": ReceivedKind.UNSUBSCRIBED,
}
COMMON_KINDS = {EventType.COMPLAINED: ReceivedKind.COMPLAINT, EventType.UNSUBSCRIBED: ReceivedKind.UNSUBSCRIBED}


@dataclass(frozen=True)
class Event:
    """One event about a mail of ours, as `processing.process` takes it."""

    received: Received
    text: str
    moment: datetime | None


def read(request: HttpRequest) -> list[Event]:
    """Return the events of a request that concern us.

    Raises Http404 unless a provider and a secret are configured, and WebhookError with status 401 without the secret
    or the provider's signature, 413 for too large a body and 400 if it cannot be parsed.
    """
    if not (settings.MAIL_PROVIDER and settings.ANYMAIL["WEBHOOK_SECRET"]):
        raise Http404
    try:
        events = [Event(_received(event), _text(event), _moment(event)) for event in _parsed(request)]
    except AnymailWebhookValidationFailure:
        raise WebhookError(401) from None
    except RequestDataTooBig:
        raise WebhookError(413) from None
    except (*PARSE_ERRORS, RecursionError):
        raise WebhookError(400) from None
    return [event for event in events if event.received.kind is not ReceivedKind.OTHER]


def _parsed(request: HttpRequest) -> list[AnymailTrackingEvent]:
    name = settings.MAIL_PROVIDER
    view = import_string(f"anymail.webhooks.{name}.{name.title()}TrackingWebhookView")()
    view.run_validators(request)
    return view.parse_events(request)


def _received(event: AnymailTrackingEvent) -> Received:
    kinds = {"mailgun": _of_mailgun, "mailjet": _of_mailjet, "postmark": _of_postmark}
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    about = (metadata.get("message_id"), event.message_id)
    ids = tuple(clean_answer(one) for one in about if one and isinstance(one, str))
    return Received(kinds[settings.MAIL_PROVIDER](event), ids)


def _of_mailgun(event: AnymailTrackingEvent) -> ReceivedKind:
    is_gone = event.event_type == EventType.BOUNCED and event.reject_reason == RejectReason.BOUNCED
    return ReceivedKind.HARD_BOUNCE if is_gone else COMMON_KINDS.get(event.event_type, ReceivedKind.OTHER)


def _of_mailjet(event: AnymailTrackingEvent) -> ReceivedKind:
    """Return the kind. Mailjet also calls full mailboxes and filters permanent; they are no hard bounces here."""
    payload = event.esp_event
    is_address = payload.get("error_related_to") in ("recipient", "domain")
    is_gone = payload.get("hard_bounce") is True and is_address and payload.get("error") != "quota exceeded"
    if event.event_type == EventType.BOUNCED and is_gone:
        return ReceivedKind.HARD_BOUNCE
    return COMMON_KINDS.get(event.event_type, ReceivedKind.OTHER)


def _of_postmark(event: AnymailTrackingEvent) -> ReceivedKind:
    """Return the kind. Addresses that the operator suppressed at Postmark are not unsubscriptions."""
    payload = event.esp_event
    if payload.get("RecordType") == "SubscriptionChange":
        is_closing = payload.get("SuppressSending") is True and payload.get("Origin") == "Recipient"
        return (
            POSTMARK_KINDS.get(payload.get("SuppressionReason"), ReceivedKind.OTHER)
            if is_closing
            else ReceivedKind.OTHER
        )
    return POSTMARK_KINDS.get(payload.get("Type"), ReceivedKind.OTHER)


def _moment(event: AnymailTrackingEvent) -> datetime | None:
    return event.timestamp if event.timestamp and event.timestamp.tzinfo else None


def _text(event: AnymailTrackingEvent) -> str:
    payload = event.esp_event
    words = (event.mta_response, payload.get("comment"), event.description, payload.get("error"))
    found = next((clean_answer(one) for one in words if one and isinstance(one, str)), "")
    return found or _("gemeldet vom Versanddienst")
