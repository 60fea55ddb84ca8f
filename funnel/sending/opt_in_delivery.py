"""Sending the requests for consent that `opt_in` stored. Run by the worker, so that no user waits for a mail server."""

import logging
from datetime import datetime, timedelta

from accounts.posting import NotTaken
from funnel.letters import opt_in_mail
from funnel.models import OptIn
from funnel.transport.outcome import Result, codes
from funnel.transport.smtp import Relay

log = logging.getLogger("pipeline.mail")


def deliver(*, opt_in_id: int, now: datetime) -> bool:
    """Send the request and return whether it was accepted.

    Requests that are confirmed, expired or whose contact is gone are not sent. Returns False if the server refuses for
    good, and raises NotTaken where another attempt may help. The Message-ID is the same in every attempt.
    """
    opt_in = OptIn.objects.filter(pk=opt_in_id, confirmed_at=None).select_related("account__sender").first()
    if opt_in is None or now > opt_in.asked_at + timedelta(days=opt_in_mail.DAYS_VALID):
        return False
    relay = Relay.of(opt_in.account.sender)
    try:
        outcome = relay.send(opt_in_mail.compose(opt_in, opt_in.account.sender), opt_in.address)
    finally:
        relay.close()
    facts = {"opt_in": opt_in.pk, "office": opt_in.account_id, "state": outcome.result.value}
    log.info("mail", extra={"facts": facts | {"reason": codes(outcome.answer)}})
    if outcome.result in (Result.LATER, Result.HELD):
        raise NotTaken(codes(outcome.answer))
    return outcome.result is Result.SENT
