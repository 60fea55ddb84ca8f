"""Nothing of another account, and nothing hidden, is ever shown: we search for a word in each text of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models, transaction
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from contacts.derived import derive
from contacts.models import Contact
from pipeline import listing
from pipeline.models import Column
from tests.addresses import NEVER, address
from tests.crawling import STARTS, Crawl, addressed
from tests.factories import ContactFactory
from tests.leaking import PLANTED
from tests.offices import HIDDEN, OURS, SEARCHED, THEIRS, Office, owned_models
from tests.scene import Scene, furnished_scene  # noqa: F401  (the fixture `scene`)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["administrator", "agent", "marketing"])
def test_links_and_forms_name_no_foreign_object(scene: Scene, role: str) -> None:
    crawl = scene.crawl(role)
    crawl.pages()
    assert crawl.faults == []
    assert any(OURS.word in text for text in crawl.texts), "the crawler sees nothing at all"


@pytest.mark.parametrize("role", ["administrator", "agent"])
def test_answers_are_the_same_without_foreign_and_hidden_rows(scene: Scene, role: str) -> None:
    """Not even a number changes when rows of other offices, and for the agent those of colleagues, are deleted."""
    crawl = scene.crawl(role)
    before = sights(crawl)
    with transaction.atomic():
        forget(scene.theirs, scene.hidden if role == "agent" else None)
        after = sights(crawl)
        transaction.set_rollback(True)
    assert [where for where in before if before[where] != after[where]] == []
    assert sum("200 " in text[:4] for text in before.values()) > 20


def test_marketing_sees_no_change_when_only_hidden_facts_change(scene: Scene, monkeypatch: Any) -> None:
    """No order, place, number or hit depends on hidden facts: when they change, the pages stay the same."""
    monkeypatch.setattr(listing, "PAGE", 2)  # many places in addresses
    with transaction.atomic():
        names = [{"last_name": name, "first_name": ""} for name in ("", "-", "?", "_")]
        made = [contact(scene.ours, number, name) for number, name in enumerate(names * 2)]
        crawl = scene.crawl("marketing")
        shown = [f"/contacts/?sort={sort}" for sort in ("name", "-name", "created", "due", "status", "-action")]
        searched = [f"/contacts/?q={word}" for word in ("a0", "z9", "7310", "0", "@", "-", "_", "musterstadt")]
        before = sights(crawl, *shown, *searched)
        for number, one in enumerate(made):
            disguise(one, len(made) - number, scene.ours)
        after = sights(crawl, *shown, *searched)
        transaction.set_rollback(True)
    assert [where for where in before if before[where] != after[where]] == []
    assert "after=" in before["/contacts/?sort=name"]


def contact(office: Office, number: int, name: dict[str, str]) -> Contact:
    column = Column.objects.get(pk=office.refs["column"])
    reach = {"email": f"a{number}@musterstadt.example", "phone": f"+49 40 7310{number}"}
    return ContactFactory(column=column, company="", **name, **reach)


def disguise(one: Contact, number: int, office: Office) -> None:
    """Change everything that marketing may not see."""
    one.email, one.phone = f"z9{number}@other.example", f"+49 40 555{number}"
    one.street, one.postal_code, one.city, one.tags = f"Weg {number}", "04109", "Leipzig", ["a0"]
    one.due_on, one.due_note, one.assignee = timezone.localdate(), "a0", office.people["agent"]
    one.source_detail, one.created_at = "a0", timezone.now() - timedelta(days=number)
    derive(one).save()


TIME = re.compile(r"\b\d\d:\d\d\b")  # a page may say when it was made


def sights(crawl: Crawl, *more: str) -> dict[str, str]:
    """Return what the user sees on every page of their own office, filtered and not."""
    filters = [f"?{query}" for query in (f"q={SEARCHED}", "assignee=none", "assignee=me", "due=set", "sort=-name")]
    starts = [f"{page}{query}" for page in ("/contacts/", "/contacts/board/") for query in filters]
    own = [
        address(name, parameters, row, crawl.office)
        for name, parameters, row in addressed()
        if row.get != NEVER and not name.startswith("mfa_")  # made anew each time
    ]
    pages = {where: crawl.ask("GET", where).text for where in (*STARTS, *starts, *own, *more)}
    return {where: TIME.sub("", text) for where, text in pages.items()}


def forget(theirs: Office, hidden: Office | None) -> None:
    """Erase the other account's rows, and what is hidden from the agent, without the verbs."""
    account = theirs.account.pk
    tables = [
        "pipeline_duplicate",
        "pipeline_merge",
        "pipeline_importrow",
        "pipeline_import",
        "pipeline_export",
        "contacts_contact",
        "pipeline_column",
    ]
    with connection.cursor() as cursor:
        for table in [*tables, "help_vote", "help_feedback"]:
            cursor.execute(f"DELETE FROM {table} WHERE account_id = %s", [account])
        if hidden:
            words = [f"{HIDDEN.word}%"]
            cursor.execute("DELETE FROM contacts_contact WHERE last_name LIKE %s", words)
            assert cursor.rowcount == 2


# Texts that say nothing about anybody.
NOT_SAID = {
    "accounts.Account.time_zone",
    *(f"accounts.Account.{name}" for name in ("office_hours", "free_days")),  # times and days
    "contacts.TurnRule.prefixes",  # of postal codes
    "accounts.User.password",
    "contacts.Contact.action_counts",
    "contacts.Contact.phone",  # digits, looked for as such
    "contacts.Contact.phone_e164",
    *(f"funnel.EnrolmentChange.{name}" for name in ("state_before", "reason_before", "state", "reason")),
    "funnel.Suppression.address_hash",
    "pipeline.Card.rank",
    "pipeline.Card.last_request",
    "pipeline.Card.source",  # a key of the product's own
    "pipeline.Card.chosen_by",  # as well
    "funnel.Figures.counts",  # numbers
    "intake.Inlet.source",  # a copy of its name
    "pipeline.Move.from_rank",
    "pipeline.DeedPart.rank",
    "pipeline.Import.file",  # a name of our own, never shown
    "pipeline.Import.mapping",
    "pipeline.Import.counts",
    "pipeline.Import.mails",
    "pipeline.ImportRow.candidates",  # ids of contacts
    "pipeline.ImportRow.named",
    "pipeline.Export.ids",
    "intake.Inlet.sealed_token",  # encrypted
    "intake.Inlet.access",  # encrypted
    "intake.SpentPuzzle.signature",  # a hash
    "intake.Question.fact",  # a key of the product's own
    "help.Vote.article",
}


def test_every_text_field_of_foreign_rows_holds_the_marker(scene: Scene) -> None:
    """A new field must be filled, or named above."""
    silent = {
        f"{model._meta.label}.{one.name}"
        for model in (Account, *owned_models())
        for one in model._meta.concrete_fields
        if isinstance(one, TEXTS) and not one.choices and not _says(model, one.column, scene.theirs)
    }
    assert silent == NOT_SAID


TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.FileField,
    ArrayField,
    SearchVectorField,
)


def _says(model: Any, column: str, office: Office) -> bool:
    mine = "id" if model is Account else "account_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT 1 FROM {model._meta.db_table} WHERE {mine} = %s AND "{column}"::text ILIKE %s LIMIT 1',
            [office.account.pk, f"%{THEIRS.word}%"],
        )
        return cursor.fetchone() is not None


@pytest.mark.parametrize(("way", "name", "found"), PLANTED, ids=[f"{way}-{name}" for way, name, _ in PLANTED])
def test_planted_leaks_are_found(scene: Scene, way: str, name: str, found: str) -> None:
    with override_settings(ROOT_URLCONF="tests.leaking"):
        crawl = scene.crawl("agent")
        if way == "pages":
            crawl.pages([reverse(name)], within="/leak/")
        else:
            getattr(crawl, way)([name])
    assert any(found in fault for fault in crawl.faults), crawl.faults


def test_a_planted_count_is_found(scene: Scene) -> None:
    with override_settings(ROOT_URLCONF="tests.leaking"):
        crawl = scene.crawl("agent")
        where = reverse("leak-count")
        before = crawl.ask("GET", where)
        with transaction.atomic():
            forget(scene.theirs, scene.hidden)
            after = crawl.ask("GET", where)
            transaction.set_rollback(True)
    assert before.text != after.text
