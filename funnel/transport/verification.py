"""Whether an office may write from its own address: only after a test mail from there came back with `dmarc=pass`.

What counts is what our own receiver wrote (RFC 8601), the others' lines can be forged. Until then, and where there is
no mailbox that is read, mails come from the installation's address, with the office's name. Mails that are written to
files are not checked.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from base.refusals import Conflict
from funnel.letters import inbound
from funnel.letters.inbound import Purpose
from funnel.letters.letter import Letter
from funnel.models import AddressProof, HoldKind, Sender
from funnel.reading.classify import BOUNCES, Received
from funnel.series.planning import new_message_id
from funnel.transport.outcome import Result
from funnel.transport.smtp import Relay

MIN_INTERVAL = timedelta(minutes=3)  # test mails
EXPECTED_WITHIN = timedelta(hours=1)
COMMENT = re.compile(r"\([^()]{0,500}\)")


class NotTaken(Exception):
    """The mail server did not take the test mail this time."""


@transaction.atomic
def request(*, account_id: int, now: datetime) -> bool:
    """Marks that a test mail is to be sent for the office's own address; answers whether there is one to send.

    Raises Conflict within three minutes of the last.
    """
    sender = Sender.objects.of(account_id).select_for_update(no_key=True).get()
    if not (sender.email and settings.EMAIL_URL and inbound.is_enabled()):
        return False
    if sender.proof == AddressProof.ASKED and sender.asked_at and sender.asked_at > now - MIN_INTERVAL:
        raise Conflict(_("Die Testmail ist schon unterwegs. Bitte warten Sie einige Minuten."))
    sender.proof, sender.asked_at = AddressProof.ASKED, now
    sender.save(update_fields=["proof", "asked_at"])
    return True


def send(*, account_id: int) -> None:
    """Mails the test mail to ourselves, the way the office's mails go. Raises NotTaken where another try may help."""
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
    """The test mail came back, or a report about it. One from another address than the present says nothing."""
    sender = Sender.objects.of(account_id).select_for_update(no_key=True).first()
    if sender is None or not sender.email:
        return
    address = sender.email.strip().lower()
    if received.kind in BOUNCES:
        _write(account_id, AddressProof.REFUSED)
    elif received.sender == address:
        proof = verdict(received.results, address.rpartition("@")[2])
        _write(account_id, proof, **({"proven": address} if proof == AddressProof.PASSED else {}))


def verdict(results: tuple[str, ...], domain: str) -> AddressProof:
    """What our own receiver wrote: the last to have written, so the first of the lines that bear its name."""
    ours = next((one for one in map(_uncommented, results) if _is_ours(one.split(";")[0])), "")
    found = re.search(r";\s*dmarc\s*=\s*(\w+)([^;]*)", ours)
    if found is None:
        return AddressProof.UNJUDGED
    named = re.search(r"header\.from\s*=\s*([^\s;]+)", found[2])
    is_same = named is None or named[1].strip('"') == domain
    return AddressProof.PASSED if found[1] == "pass" and is_same else AddressProof.FAILED


def _mail(sender: Sender) -> Letter:
    """Bounces of it come back to the same address."""
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
    """Named by AUTHSERV_ID, else by the domain of MAIL_IN or the server of IMAP_URL."""
    name = (named.split() or [""])[0]
    if settings.AUTHSERV_ID:
        return name == settings.AUTHSERV_ID.lower()
    domain = settings.MAIL_IN.lower().rpartition("@")[2]
    host = (urlsplit(settings.IMAP_URL).hostname or "").lower()
    return bool(name) and (name in (domain, host) or name.endswith(f".{domain}"))


def _write(account_id: int, proof: str, **more: str) -> None:
    Sender.objects.of(account_id).update(proof=proof, **more)
