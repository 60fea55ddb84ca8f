"""Every fact is in form, page, history, files both ways, list and search, because one line describes it.

Walks the fields of the model, so that a new one is described or named below with its reason.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from base.fields import AreaField, DayField, EmailField, EurosField, LinkField, PastDayField, TagsField
from contacts import facts, factsheet
from contacts.contact_point_fields import ContactPointsField
from contacts.contact_points import contact_point
from contacts.csv.reading import read
from contacts.csv.rows import write
from contacts.derived import derive, lexemes
from contacts.description import EDITED, FACTS, GROUPS, Fact
from contacts.forms import FactsForm
from contacts.models import Change, Contact
from contacts.pair_fields import PairsField
from pipeline import listing
from pipeline.exports import COLUMNS
from pipeline.imports import undo, undoing
from pipeline.imports.words import Words
from pipeline.selection import Selection
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.pipeline.importing import contacts, imported

NOT_FACTS = {
    "id": "says which contact it is",
    "account": "says whose it is",
    "assignee": "a colleague, given by a verb of its own and written by name into files",
    "version": "counts the edits",
    "created_at": "when we heard of the contact, which nobody edits",
    "trashed_at": "whether it lies in the trash",
    "merged_into": "whether it was merged into another contact",
    "last_action_at": "follows from the actions",
    "action_counts": "follows from the actions",
    "phone_e164": "follows from the phone number",
    "sort_name": "follows from the names",
    "search": "follows from what is searched",
    "keys": "follows from what identifies",
}
COLUMN = {
    "text": models.CharField,
    "choice": models.CharField,
    "email": models.CharField,
    "emails": models.JSONField,
    "phone": models.CharField,
    "phones": models.JSONField,
    "tags": ArrayField,
    "area": models.DecimalField,
    "euros": models.IntegerField,
    "link": models.CharField,
    "pairs": models.JSONField,
    "year": models.PositiveSmallIntegerField,
    "date": models.DateField,
    "past": models.DateField,
}
INPUT = {
    "text": forms.CharField,
    "choice": forms.TypedChoiceField,
    "email": EmailField,
    "emails": ContactPointsField,
    "phone": forms.CharField,
    "phones": ContactPointsField,
    "tags": TagsField,
    "area": AreaField,
    "euros": EurosField,
    "link": LinkField,
    "pairs": PairsField,
    "year": forms.IntegerField,
    "date": DayField,
    "past": PastDayField,
}
# A value of each kind, and how the history writes it.
SAMPLES: dict[str, tuple[Any, str]] = {
    "email": ("ada@albers.example", "ada@albers.example"),
    "emails": ([contact_point("bo@brandt.example", "private")], "bo@brandt.example (privat)"),
    "phone": ("0170 1234567", "0170 1234567"),
    "phones": ([contact_point("040 5550199", "fax", "Büro") | {"e164": "+49405550199"}], "040 5550199 (Fax; Büro)"),
    "tags": (["Erbe", "eilt"], "Erbe, eilt"),
    "area": (Decimal("1142.50"), "1.142,5"),
    "euros": (489_000, "489.000\u00a0€"),
    "link": ("https://wert.example/b?id=7", "https://wert.example/b?id=7"),
    "pairs": ([["Etage", "3. OG"], ["Wann", "bald\noder: später"]], "Etage: 3. OG; Wann: bald oder: später"),
    "year": (1911, "1911"),
    "date": (date(2027, 5, 1), "01.05.2027"),
    "past": (date(1980, 5, 1), "01.05.1980"),
}


def sample(fact: Fact) -> tuple[Any, str]:
    if fact.name == "foreign_ids":
        return [["Portal", "w-8812"]], "Portal: w-8812"
    if fact.kind == "text":
        word = f"Wort{list(FACTS).index(fact.name)}"
        return word, word
    if fact.kind == "choice":
        value, label = Contact._meta.get_field(fact.name).choices[0]
        return value, str(label)
    return SAMPLES[fact.kind]


VALUES = {fact.name: sample(fact)[0] for fact in FACTS.values()}
each_fact = pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.name)
each_edited = pytest.mark.parametrize("name", EDITED)


def undescribed(names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in FACTS and name not in NOT_FACTS]


def test_every_field_of_the_model_is_described_or_listed_as_no_fact():
    names = [field.name for field in Contact._meta.concrete_fields]
    assert undescribed(names) == []
    assert {*FACTS, *NOT_FACTS} == {*names}, "described, but no field"
    assert undescribed([*names, "hobby"]) == ["hobby"]


@each_fact
def test_the_description_agrees_with_the_model(fact):
    field = Contact._meta.get_field(fact.name)
    assert (type(field), str(field.verbose_name)) == (COLUMN[fact.kind], fact.label)
    assert bool(field.choices) == (fact.kind == "choice")
    if fact.limit:
        assert fact.limit == (field.base_field if fact.kind == "tags" else field).max_length
    else:
        assert fact.kind not in ("text", "email", "phone", "tags")
    assert fact.group == "" or fact.name in GROUPS[fact.group].fields


def test_the_form_has_an_input_of_the_right_kind_for_each():
    found = FactsForm().fields
    assert [*found] == [*EDITED]
    assert {name: type(field) for name, field in found.items()} == {name: INPUT[FACTS[name].kind] for name in EDITED}


@each_edited
def test_the_page_shows_each(name):
    known = derive(Contact(account_id=1, **VALUES))
    without = derive(Contact(account_id=1, **VALUES | {name: Contact._meta.get_field(name).get_default()}))
    assert said(known) != said(without)
    if FACTS[name].kind == "pairs":
        assert all(word in said(known) for pair in VALUES[name] for text in pair for word in text.split("\n"))
    elif FACTS[name].kind not in ("emails", "phones"):  # each on a line of its own
        assert sample(FACTS[name])[1] in said(known)


def said(contact):
    lines = [line for section in factsheet.sections(contact) for line in section.lines]
    return "\n".join(f"{line.label} {line.text} {line.beside}" for line in lines)


@each_fact
def test_the_history_writes_it_as_people_do(fact):
    assert (facts.label(fact.name), facts.text(fact.name, VALUES[fact.name])) == (fact.label, sample(fact)[1])
    assert facts.text(fact.name, Contact._meta.get_field(fact.name).get_default() or "") in ("–", "Sonstige")


def test_an_edit_saves_and_records_each(krueger, sofia):
    contact = ContactFactory(account=krueger, source="other")
    for name in EDITED:
        contact = facts.save(contact=contact, values={name: VALUES[name]}, version=None, actor=sofia, now=TUESDAY)
    told = Change.objects.filter(contact=contact).order_by("pk").values_list("after", flat=True)
    assert list(told) == [f"{FACTS[name].label}: {sample(FACTS[name])[1]}" for name in EDITED]
    contact.refresh_from_db()
    assert {name: getattr(contact, name) for name in EDITED} == {name: VALUES[name] for name in EDITED}


@each_fact
def test_a_file_has_a_column_that_is_recognised(fact):
    data = b"".join(write([VALUES], [fact.name, "note"]))
    sheet = read(data)
    assert (sheet.headers[0], sheet.mapping[0]) == (fact.label, fact.name)
    assert fact.name in COLUMNS
    for header in filter(None, fact.headers.split("|")):
        assert read(f"{header};Notiz\nx;y\n".encode()).mapping == {0: fact.name, 1: "note"}


def test_a_file_brings_each_to_a_new_contact(anna, board):
    imported(anna, b"".join(write([VALUES], COLUMNS)))
    (brought,) = contacts(anna)
    assert {name: getattr(brought, name) for name in VALUES} == VALUES


def test_an_import_writes_each_to_a_known_contact_and_an_undo_restores_it(anna, board):
    unlike = {"source": "other", "first_name": "", "last_name": ""}
    known = ContactFactory(account=anna.account, email=VALUES["email"], **unlike)
    before = {name: getattr(known, name) for name in VALUES}
    source = imported(anna, b"".join(write([VALUES], COLUMNS)), now=TUESDAY)
    (filled,) = contacts(anna)
    assert {name: getattr(filled, name) for name in VALUES} == VALUES
    undo.ask(source=source, user=anna, now=TUESDAY)
    undoing.run(import_id=source.pk, now=TUESDAY)
    known.refresh_from_db()
    assert {name: getattr(known, name) for name in VALUES} == before


def test_the_dry_run_writes_each_in_words(anna, board):
    words = Words(anna.account).describe([(name, None, value) for name, value in VALUES.items()])
    assert [line[:2] for line in words] == [[fact.label, "–"] for fact in FACTS.values()]
    written = {name: text for name, (_label, _old, text) in zip(VALUES, words, strict=True)}
    as_a_file_has_it = {"area": "1142,50", "euros": "489000", "pairs": "Etage: 3. OG\nWann: bald\n  oder: später"}
    plain = {
        fact.name: sample(fact)[1] if fact.name == "foreign_ids" else as_a_file_has_it.get(fact.kind, sample(fact)[1])
        for fact in FACTS.values()
    }
    assert written == plain


def test_the_list_reads_only_what_it_shows(sofia, board):
    contact = ContactFactory(account=sofia.account, **VALUES)
    (row,) = listing.rows(Selection(user=sofia, today=timezone.localdate()), [contact.pk])
    assert vars(row).keys() & FACTS.keys() == {fact.name for fact in FACTS.values() if fact.listed}


@each_fact
def test_the_search_finds_only_by_searchable_fields(fact):
    nothing = {name: Contact._meta.get_field(name).get_default() for name in VALUES}
    contact = derive(Contact(account_id=1, **nothing | {fact.name: VALUES[fact.name]}))
    assert bool(lexemes(contact)) == fact.searched
