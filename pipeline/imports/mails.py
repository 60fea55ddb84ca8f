"""Series that an import starts on request: the forecast of the dry run, and the actual numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import Account
from base.batches import batches
from base.refusals import NotUnderstood
from contacts.models import Contact
from funnel.models import Enrolment, EnrolmentReason, MessageReason
from funnel.permission import eligibility
from funnel.series import bulk_enrolments
from funnel.series.bulk_enrolments import Started
from pipeline.cards import announcements
from pipeline.forecast import coming_steps
from pipeline.imports.matching import PendingChange
from pipeline.imports.people import People
from pipeline.models import Column

BATCH = 500
# As many contacts as may be changed at once anywhere (`picked.MAX_PICKED`). From a selection only 500 are enrolled at
# once, because nothing was read beforehand; here every contact of the file was looked at, and whoever is mailed has a
# consent on record. How fast the mails leave is settled when they do (windows, caps, fair share).
MAX_STARTED = 10_000


@dataclass
class Mails:
    """Number of contacts and mails of the series that begin, by column, and of contacts without mails, by reason."""

    contacts: Counter[int] = field(default_factory=Counter)
    mails: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    waiting: int = 0  # series that were waiting for a consent which the file contains, and continue by themselves

    def add(self, column_id: int, started: Started) -> None:
        self.contacts[column_id] += len(started.mails)
        self.mails[column_id] += sum(started.mails.values())
        self.refused.update(started.refused.values())

    @property
    def stored(self) -> dict[str, Any]:
        """The value for `Import.mails`; empty if no series is concerned."""
        if not (self.contacts.total() or self.refused.total() or self.waiting):
            return {}
        columns = {pk: [count, self.mails[pk]] for pk, count in self.contacts.items() if count}
        stored = {"columns": columns, "refused": dict(self.refused)}
        return stored | {"waiting": self.waiting} if self.waiting else stored

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Mails":
        columns = {int(pk): counts for pk, counts in stored.get("columns", {}).items()}
        return cls(
            Counter({pk: contacts for pk, (contacts, _mails) in columns.items()}),
            Counter({pk: mails for pk, (_contacts, mails) in columns.items()}),
            Counter(stored.get("refused", {})),
            stored.get("waiting", 0),
        )


def forecast(account: Account, people: People) -> Mails:
    """Return what enrolling all contacts that the file adds to, or move into, a status with a series would mean.

    The number of mails is an upper bound: two contacts may share an address, and a known one may have got some
    already. Takes a few statements for each batch.
    """
    columns = list(Column.objects.of(account))
    first = next(column for column in columns if column.key == Column.Key.NEW)
    series = {column.pk: column.sequence_id for column in columns if column.sequence_id}
    steps, mails = coming_steps(account), Mails()
    for keys in batches(people.pending, BATCH):
        changes = {key: people.pending_change(key) for key in keys}
        coming = {key: max(one.at for one in pending.consents) for key, pending in changes.items() if pending.consents}
        by_column = _entering(account, changes, first)
        moved = {key for addresses in by_column.values() for key in addresses}
        mails.waiting += _waiting(account, {key: at for key, at in coming.items() if key not in moved})
        for column_id, addresses in by_column.items():
            if column_id in series:
                sequence_id = series[column_id]
                agreed = {key: at for key, at in coming.items() if key in addresses}
                refused = eligibility.missing_many(account.pk, addresses, agreed)
                by_hand = bulk_enrolments.paused(account.pk, addresses, sequence_id)
                refused |= dict.fromkeys(by_hand, EnrolmentReason.MANUAL.value)
                count = steps.get(sequence_id, 0)
                allowed = {key: count for key in addresses if key not in refused}
                mails.add(column_id, Started(allowed if count else {}, refused))
    return mails


def refuse_too_many(mails: Mails) -> None:
    """Raise NotUnderstood for more contacts than an import may start the series of."""
    if sentence := too_many(mails):
        raise NotUnderstood(sentence)


def too_many(mails: Mails) -> str:
    """Return the sentence that refuses so many; "" if they are not too many."""
    if mails.contacts.total() <= MAX_STARTED:
        return ""
    most = number_format(MAX_STARTED, force_grouping=True)
    return _("Ein Import startet E-Mail-Serien für höchstens %(most)s Kontakte. Bitte teilen Sie die Datei auf.") % {
        "most": most
    }


def sentences(started: Started) -> dict[int, str]:
    """Return the report's sentence about the mails of each contact. Suppressed addresses are reported anyway."""
    reasons = {*started.refused.values()} - {MessageReason.SUPPRESSED}
    words = {reason: announcements.why_not(reason) for reason in reasons}
    by_contact = {pk: words.get(reason, "") for pk, reason in started.refused.items()}
    return by_contact | dict.fromkeys(started.mails, _("E-Mail-Serie begonnen."))


def _entering(account: Account, changes: Mapping[int, PendingChange], first: Column) -> dict[int, dict[int, str]]:
    """Return, by column, the contacts that enter it with their e-mail addresses after the import."""
    known = Contact.objects.of(account).live().filter(pk__in=[key for key in changes if key > 0])
    present = {pk: (email, column) for pk, email, column in known.values_list("pk", "email", "card__column")}
    entering: dict[int, dict[int, str]] = {}
    for key, pending in changes.items():
        address, column_id = present.get(key, ("", None))
        target = pending.column_id or (first.pk if key < 0 else column_id)
        if target is not None and target != column_id:
            entering.setdefault(target, {})[key] = pending.facts.get("email", address)
    return entering


def _waiting(account: Account, coming: Mapping[int, datetime]) -> int:
    """Return the number of series that wait for nothing but these consents."""
    rows = Enrolment.objects.of(account).filter(
        contact__in=coming, contact__trashed_at=None, state="paused", reason=EnrolmentReason.NO_BASIS
    )
    addresses = dict(rows.values_list("contact", "contact__email"))
    return len(addresses) - len(eligibility.missing_many(account.pk, addresses, coming))
