"""How an office identifies itself on public pages: firm, Impressum, privacy statement."""

from dataclasses import dataclass

from django.http import Http404

from funnel.letters import imprint
from funnel.models import Sender


@dataclass(frozen=True)
class Letterhead:
    name: str
    lines: list[str]
    privacy_url: str


def letterhead(account_id: int) -> Letterhead:
    """Return the letterhead of an office. Raises Http404 if it is gone."""
    sender = Sender.objects.of(account_id).select_related("account").first()
    if sender is None:
        raise Http404
    is_web = sender.privacy_url.startswith(("https://", "http://"))
    return Letterhead(
        name=imprint.firm(sender) or sender.account.name,
        lines=imprint.lines(sender),
        privacy_url=sender.privacy_url if is_web else "",
    )
