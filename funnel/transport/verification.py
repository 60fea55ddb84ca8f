"""Verifying an office's own sender address: a test mail from it must come back to us with `dmarc=pass`.

Only the Authentication-Results of our own receiver count (RFC 8601), since all others can be forged. Until then, and
without a mailbox to read, mails come from the installation's address with the office's name. Nothing is verified where
mails are written to files.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.posting import NotTaken
from base import notices
from base.refusals import Conflict
from funnel.incoming.classify import BOUNCES, Received
from funnel.letters import inbound
from funnel.letters.inbound import Purpose
from funnel.letters.letter import Letter
from funnel.models import AddressProof, HoldKind, Sender
from funnel.series.planning import new_message_id
from funnel.transport.outcome import Result
from funnel.transport.smtp import Relay

MIN_INTERVAL = timedelta(minutes=3)  # between two test mails
EXPECTED_WITHIN = timedelta(hours=1)
COMMENT = re.compile(r"\([^()]{0,500}\)")


@transaction.atomic
def request(*, account_id: int, now: datetime) -> bool:
    """Record that the office's own address is to be verified. Return whether there is a test mail to send.

    Raises Conflict within three minutes of the last one.
    """
    sender = Sender.objects.of(account_id).select_for_update(no_key=True).get()
    if not (sender.email and settings.EMAIL_URL and inbound.is_enabled()):
        return False
    if sender.proof == AddressProof.ASKED and sender.asked_at and sender.asked_at > now - MIN_INTERVAL:
        raise Conflict(_("Die Testmail ist schon unterwegs. Bitte warten Sie einige Minuten."))
    sender.proof, sender.asked_at = AddressProof.ASKED, now
    sender.save(update_fields=["proof", "asked_at"])
    notices.tell(notices.Kind.SERIES, account_id)
    return True


def send(*, account_id: int) -> None:
    """Send the test mail to ourselves through the office's server. Raises NotTaken where another attempt may help."""
    sender = Sender.objects.of(account_id).select_related("account").get()
    if sender.proof != AddressProof.ASKED or not sender.email:
        return
    relay = Relay.of(sender)
    try:
        outcome = relay.send(_mail(sender), inbound.address(Purpose.PROOF, account_id))
    finally:
        relay.close()
    is_refused = outcome.result in (Result.REFUSED, Result.GONE) or outcome.fault == HoldKind.SENDER
    if is_refused:
        _write(account_id, AddressProof.REFUSED)
    elif outcome.result in (Result.LATER, Result.HELD):
        raise NotTaken(outcome.answer)


@transaction.atomic
def record_result(*, account_id: int, received: Received, now: datetime) -> None:
    """Record the result when the test mail, or a bounce of it, came back. Mails from an earlier address are ignored."""
    sender = Sender.objects.of(account_id).select_for_update(no_key=True).first()
    if sender is None or not sender.email:
        return
    address = sender.email.strip().lower()
    if received.kind in BOUNCES:
        _write(account_id, AddressProof.REFUSED)
    elif received.sender == address:
        proof = verdict(received.results, address.rpartition("@")[2])
        proven = address if proof == AddressProof.PASSED else sender.proven
        if (sender.proof, sender.proven) != (proof, proven):
            Sender.objects.of(account_id).update(proof=proof, proven=proven)
            notices.tell(notices.Kind.SERIES, account_id)


def verdict(results: tuple[str, ...], domain: str) -> AddressProof:
    """Return the verdict of our own receiver: the topmost header that bears its name."""
    ours = next((one for one in map(_uncommented, results) if _is_ours(one.split(";")[0])), "")
    found = re.search(r";\s*dmarc\s*=\s*(\w+)([^;]*)", ours)
    if found is None:
        return AddressProof.UNJUDGED
    named = re.search(r"header\.from\s*=\s*([^\s;]+)", found[2])
    is_same = named is None or named[1].strip('"') == domain
    return AddressProof.PASSED if found[1] == "pass" and is_same else AddressProof.FAILED


def _mail(sender: Sender) -> Letter:
    """Return the test mail. Its bounces come back to the same address."""
    back = inbound.address(Purpose.PROOF, sender.account_id)
    mail = Letter(
        subject=_("Prüfung der Absenderadresse"),
        body=_("Diese Mail prüft, ob Ihr Büro unter seiner eigenen Adresse schreiben kann. Sie geht an uns selbst."),
        from_email=sender.email,
        to=[back],
        headers={"Message-ID": new_message_id(), "Auto-Submitted": "auto-generated"},
    )
    mail.verp = back
    return mail


def _uncommented(line: str) -> str:
    return COMMENT.sub(" ", line).lower()


def _is_ours(named: str) -> bool:
    """Return whether it names AUTHSERV_ID or, without one, the domain of MAIL_IN or the host of IMAP_URL."""
    name = (named.split() or [""])[0]
    if settings.AUTHSERV_ID:
        return name == settings.AUTHSERV_ID.lower()
    domain = settings.MAIL_IN.lower().rpartition("@")[2]
    host = (urlsplit(settings.IMAP_URL).hostname or "").lower()
    return bool(name) and (name in (domain, host) or name.endswith(f".{domain}"))


@transaction.atomic
def _write(account_id: int, proof: str) -> None:
    if Sender.objects.of(account_id).exclude(proof=proof).update(proof=proof):
        notices.tell(notices.Kind.SERIES, account_id)
