"""What bars advertising to one of two contacts bars it to both: when they are merged, and when they part again."""

from datetime import datetime

from django.utils.translation import gettext as _

from base import journal
from contacts import consent, contact_points
from contacts.kinds import Kind
from contacts.models import Action, Consent, Contact
from funnel.models import EnrolmentReason, Suppression, SuppressionReason
from funnel.permission.suppression import OWN_REQUESTS, entries, hashes, suppress
from funnel.series import enrolments
from pipeline.models import Merge

BARRING: tuple[str, ...] = (*OWN_REQUESTS, SuppressionReason.COMPLAINT)  # said by the person, not about one address
TELLING = (Kind.BOUNCE, Kind.OPT_OUT)


def keep_stricter(merge: Merge, into: Contact, merged: Contact, cause: int, now: datetime) -> None:
    """Have a withdrawal or an objection of either count for both, and note in `made` what that adds.

    A bounce stays with its address. Call it before the rows of one go over to the other.
    """
    account_id, both = merge.account_id, [into.pk, merged.pk]
    for channel in Consent.Channel.values:
        newest = consent.newest(account_id, both, channel)
        said = sorted(newest.values(), key=lambda row: (row.occurred_at, row.pk))
        if len({row.granted for row in said}) == 2 and said[-1].granted:
            row = consent.attest(
                contact=into,
                channel=channel,
                granted=False,
                method=said[0].method,
                place=_("Zusammenführung: für einen der beiden Kontakte galt keine Einwilligung"),
                actor=merge.by,
                now=now,
                is_news=False,
            )
            merge.made.setdefault(Consent._meta.label, []).append(row.pk)
    addresses = [text.lower() for one in (into, merged) for text in contact_points.texts(one.email, one.more_emails)]
    known = entries(account_id, addresses)
    reason = next((row.reason for row in known.values() if row.reason in BARRING), "")
    if not reason:
        return
    made = []
    for address in dict.fromkeys(addresses):
        digest = hashes(account_id, address)[0]
        if suppress(account_id=account_id, digest=digest, reason=reason, now=now) and address not in known:
            made.append(digest)
    merge.made["suppressed"] = made
    enrolments.stop(
        account_id=account_id,
        contact_ids=[into.pk],
        reason=EnrolmentReason(reason),
        cause=cause,
        now=now,
        actor=merge.by,
    )


def part(merge: Merge, into: Contact, merged: Contact, now: datetime) -> None:
    """Undo `keep_stricter`, unless the same was said since; what was said since counts for both afterwards."""
    account_id = merge.account_id
    since = Consent.objects.of(account_id).filter(contact=into.pk, granted=False, recorded_at__gte=merge.at)
    own = set(merge.made.get(Consent._meta.label, []))
    for row in since.exclude(pk__in=own).order_by("pk"):
        row.pk, row.contact_id = None, merged.pk
        row.save(force_insert=True)
    said = set(since.exclude(pk__in=own).values_list("channel", flat=True))
    Consent.objects.of(account_id).filter(pk__in=own).exclude(channel__in=said).delete()
    happened = Action.objects.of(account_id).filter(contact=into.pk, kind__in=TELLING, performed_at__gt=merge.at)
    for action in happened.order_by("pk"):
        action.pk, action.contact_id, action.key = None, merged.pk, None
        action.save(force_insert=True)
    if Consent.Channel.EMAIL in said:
        return
    rows = Suppression.objects.of(account_id).filter(address_hash__in=merge.made.get("suppressed", []), at=merge.at)
    for digest in rows.values_list("address_hash", flat=True):
        journal.note(journal.LIFTED, office=account_id, at=now, hash=digest)
    rows.delete()
