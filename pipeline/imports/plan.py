"""Planning an import without writing anything: the dry run, and the first half of the import."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Account, User
from accounts.plans import Feature
from base.batches import batches
from base.refusals import Forbidden
from contacts.consent import MAX_PLACE_LENGTH
from contacts.csv.fields import FIELDS
from contacts.csv.sheet import Entry
from contacts.identity import Same
from funnel.models import Suppression
from funnel.permission import suppression
from pipeline.imports.matching import Change, Person
from pipeline.imports.people import People
from pipeline.imports.rows import Reader, Row, name_of
from pipeline.models import Column, Import, ImportRow

BATCH = 500
MAX_REASON_LENGTH = 500
MAX_NAMED = 5
SUPPRESSED, ASKED = "suppressed", "asked"  # keys in the counts, besides the outcomes
Outcome = ImportRow.Outcome
Report = Callable[[int], None]  # called with the number of rows that are done


class Line(NamedTuple):
    """The outcome of one row of the file. `key` is that of the contact, as in `People`."""

    line: int
    outcome: str
    name: str
    reason: str
    key: int | None
    changed: Sequence[Change] = ()  # field, old value, new one
    candidates: Sequence[int] = ()  # the marks of several contacts it may refer to
    named: Sequence[int] = ()  # the keys of other contacts whose names stand in the reason


@dataclass
class Plan:
    people: People
    chosen: Mapping[str, int] = field(default_factory=dict)  # row of the file → mark of the contact it means
    lines: list[Line] = field(default_factory=list)
    suppressed: int = 0  # rows whose address is never mailed

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows by outcome and, if there are any, of suppressed addresses and rows to be asked about."""
        found = Counter(line.outcome for line in self.lines)
        counts = {str(outcome.value): found[outcome.value] for outcome in Outcome}
        beside = {SUPPRESSED: self.suppressed, ASKED: sum(bool(line.candidates) for line in self.lines)}
        return counts | {name: count for name, count in beside.items() if count}

    @property
    def invalid_lines(self) -> list[int]:
        return [line.line for line in self.lines if line.outcome == Outcome.INVALID]


def make_plan(source: Import, entries: Iterable[Entry], report: Report, now: datetime) -> Plan:
    """Match each row of the file. Raises Forbidden if it assigns contacts and the plan does not."""
    mapping = mapping_of(source)
    refuse_assignees(source.account, mapping)
    columns = list(Column.objects.of(source.account))
    place = _("Importierte Datei %(name)s") % {"name": source.file_name}
    users = User.objects.of(source.account)
    reader = Reader(columns, users, source.options, place=place[:MAX_PLACE_LENGTH], now=now)
    people = People(source.account, with_consents="consent_at" in mapping.values())
    plan = Plan(people, source.options.get("chosen", {}))
    for batch in batches(map(reader.row, entries), BATCH):
        plan.people.load([row for row in batch if not row.errors])
        no_mail = suppression.entries(source.account_id, _addresses(batch))
        plan.suppressed += sum(_address(row) in no_mail for row in batch if not row.errors)
        plan.lines += [_line_of(plan, row, no_mail) for row in batch]
        report(len(plan.lines))
    return plan


def mapping_of(source: Import) -> dict[int, str]:
    """Return the field by column index, as chosen in the mapping step."""
    return {int(index): key for index, key in source.mapping.items()}


def refuse_assignees(account: Account, mapping: dict[int, str]) -> None:
    """Raise Forbidden with the plan's sentence if the file assigns contacts and the plan does not include that."""
    if "assignee" in mapping.values() and not account.can(Feature.ASSIGN):
        raise Forbidden(str(Feature.ASSIGN.label))


def _line_of(plan: Plan, row: Row, no_mail: Mapping[str, Suppression]) -> Line:
    if row.errors:
        return _report_line(row, Outcome.SKIPPED if row.is_left_out else Outcome.INVALID, " ".join(row.errors))
    line, entry, closed = _matched(plan, row), no_mail.get(_address(row)), ""
    if entry is not None:
        sentence = _("E-Mail-Adresse gesperrt (%(reason)s): wird nie angeschrieben.")
        closed = sentence % {"reason": entry.get_reason_display()}
    reasons = " ".join(filter(None, (line.reason, row.remark, closed)))
    return line._replace(reason=reasons[:MAX_REASON_LENGTH])


def _matched(plan: Plan, row: Row) -> Line:
    people = plan.people
    found = people.find(row)
    marks = [people.mark(person) for person in found.several]
    person = found.person or _chosen(plan, row, found.several)
    if taken := people.keep_own_ids(row, person):
        sentence = _("Kennung nicht übernommen, sie gehört zu einem anderen Kontakt: %(ids)s.")
        row.remark = f"{row.remark} {sentence % {'ids': ', '.join(taken)}}".strip()
    if person is None:
        reason, key = _shared_with(found.others), people.add(row).key
        named = [person.key for _what, person in found.others[:MAX_NAMED]]
        return _report_line(row, Outcome.CREATED, reason, key)._replace(candidates=marks, named=named)
    return _merged(people, row, person)._replace(candidates=marks)


def _chosen(plan: Plan, row: Row, several: Sequence[Person]) -> Person | None:
    """Return the contact chosen among several; None for a new one, or if the chosen one no longer matches."""
    mark = plan.chosen.get(str(row.line))
    return next((person for person in several if plan.people.mark(person) == mark), None)


def _merged(people: People, row: Row, person: Person) -> Line:
    name = name_of(person.facts)
    if person.trashed:
        return _report_line(row, Outcome.SKIPPED, _("Der Kontakt liegt im Papierkorb."), person.key)
    twin = (
        _("Gleicher Kontakt wie Zeile %(line)s.") % {"line": people.pending_change(person.key).line}
        if person.key < 0
        else ""
    )
    changed = people.merge(person, row)
    if not changed:
        return _report_line(row, Outcome.UNCHANGED, twin, person.key)._replace(name=name[:200])
    fields = ", ".join(label(field) for field, _old, _new in changed)
    reason = f"{twin} {_('Geändert: %(fields)s.') % {'fields': fields}}".strip()
    return _report_line(row, Outcome.UPDATED, reason, person.key)._replace(name=name[:200], changed=changed)


def _shared_with(others: Sequence[tuple[str, Person]]) -> str:
    """„Gleiche E-Mail-Adresse wie Olga Wagner: ein weiterer Kontakt.“"""
    if not others:
        return ""
    names = ", ".join(dict.fromkeys(name_of(person.facts) for _what, person in others[:MAX_NAMED]))
    if any(what == Same.EMAIL.value for what, _person in others):
        sentence = _("Gleiche E-Mail-Adresse wie %(names)s: wird ein weiterer Kontakt, bei beiden vermerkt.")
    else:
        sentence = _("Gleiche Telefonnummer wie %(names)s: wird ein weiterer Kontakt, bei beiden vermerkt.")
    return sentence % {"names": names}


def label(name: str) -> str:
    """Return the label of a field."""
    return FIELDS["assignee" if name == "assignee_id" else name].label


def _report_line(row: Row, outcome: str, reason: str, key: int | None = None) -> Line:
    return Line(row.line, str(outcome), row.name[:200], reason[:MAX_REASON_LENGTH], key)


def _address(row: Row) -> str:
    return str(row.facts.get("email", "")).lower()


def _addresses(rows: Iterable[Row]) -> set[str]:
    return {_address(row) for row in rows if not row.errors} - {""}
