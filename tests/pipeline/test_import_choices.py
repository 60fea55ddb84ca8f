"""A row that may mean several contacts: the dry run asks, and nothing is imported before the answer was checked."""

import re

import pytest
from django.utils import timezone

from contacts.models import Contact
from pipeline.imports import jobs
from pipeline.imports.choices import MAX_ASKED
from pipeline.models import ImportState
from tests.factories import ContactFactory
from tests.markup import page_of
from tests.pipeline.importing import checked, contacts, imported, outcomes

HEAD = "Nachname;E-Mail;Ort\n"
ROW = "Wagner;paar@st.example;Ulm\n"


@pytest.fixture
def couple(anna, board):
    shared = {"account": anna.account, "last_name": "Wagner", "email": "paar@st.example"}
    return [ContactFactory(first_name=name, city=city, **shared) for name, city in (("Olga", "Bonn"), ("Otto", ""))]


def sent(client, source, **data):
    answer = client.post(f"/contacts/import/{source.pk}/takeover/", data)
    source.refresh_from_db()
    return answer


def worked(source):
    """Do the next job of the worker."""
    step = {ImportState.CHECKING: jobs.check, ImportState.IMPORTING: jobs.run}[source.state]
    step(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    return source


def page(client, source):
    return page_of(client.get(f"/contacts/import/{source.pk}/"))


def options(client, source, line):
    select = re.search(rf'<select name="row-{line}".*?</select>', page(client, source), re.DOTALL)[0]
    return re.findall(r'<option value="([^"]*)"( selected)?>([^<]*)', select)


def test_the_dry_run_asks_whom_a_row_means(anna, couple, login):
    source = checked(anna, HEAD + ROW)
    olga, otto = couple
    assert outcomes(source) == ["created"]
    assert options(login(anna), source, 2) == [
        ("", " selected", "ein neuer Kontakt, bei allen vermerkt"),
        (str(olga.pk), "", "Olga Wagner · Bonn · paar@st.example"),
        (str(otto.pk), "", "Otto Wagner · paar@st.example"),
    ]


def test_the_choice_is_checked_before_the_import(anna, couple, login):
    source, client = checked(anna, HEAD + ROW), login(anna)
    olga, otto = couple
    assert sent(client, source, **{"row-2": otto.pk}).status_code == 302
    assert source.state == ImportState.CHECKING
    assert outcomes(worked(source)) == ["updated"]
    assert [chosen for mark, chosen, _name in options(client, source, 2) if mark == str(otto.pk)] == [" selected"]
    sent(client, source, **{"row-2": otto.pk})
    assert source.state == ImportState.IMPORTING
    worked(source)
    assert [(one.pk, one.city) for one in contacts(anna)] == [(olga.pk, "Bonn"), (otto.pk, "Ulm")]
    assert "data-choices" not in page(client, source)


def test_the_answer_can_be_changed(anna, couple, login):
    source, client = checked(anna, HEAD + ROW), login(anna)
    sent(client, source, **{"row-2": couple[0].pk})
    worked(source)
    sent(client, source, **{"row-2": ""})
    assert outcomes(worked(source)) == ["created"]


def test_no_answer_makes_a_new_contact(anna, couple, login):
    source = checked(anna, HEAD + ROW)
    sent(login(anna), source, **{"row-2": ""})
    worked(source)
    assert [one.city for one in contacts(anna)] == ["Bonn", "", "Ulm"]


def test_checking_again_imports_nothing(anna, couple, login):
    source = checked(anna, HEAD + ROW)
    sent(login(anna), source, **{"row-2": "", "rows": "check"})
    assert source.state == ImportState.CHECKED


def test_a_row_of_the_file_can_be_meant(anna, board, login):
    rows = "Vorname;Nachname;E-Mail;Ort\nOlga;Wagner;paar@st.example;\nOtto;Wagner;paar@st.example;\n;" + ROW
    source, client = checked(anna, rows), login(anna)
    assert [(mark, name) for mark, _chosen, name in options(client, source, 4)][1:] == [
        ("-2", "Olga Wagner aus Zeile 2"),
        ("-3", "Otto Wagner aus Zeile 3"),
    ]
    sent(client, source, **{"row-4": "-3"})
    assert outcomes(worked(source)) == ["created", "created", "updated"]
    sent(client, source)
    worked(source)
    assert [(one.first_name, one.city) for one in contacts(anna)] == [("Olga", ""), ("Otto", "Ulm")]


def test_a_contact_that_is_not_a_candidate_is_refused(anna, couple, login):
    source = checked(anna, HEAD + ROW)
    other = ContactFactory(account=anna.account, last_name="Fremd")
    assert sent(login(anna), source, **{"row-2": other.pk}).status_code == 422
    assert (source.state, "chosen" in source.options) == (ImportState.CHECKED, False)


def test_a_chosen_contact_trashed_meanwhile_is_not_changed(anna, couple, login):
    source, client = checked(anna, HEAD + ROW), login(anna)
    sent(client, source, **{"row-2": couple[0].pk})
    worked(source)
    client.post("/contacts/selection/trash/", {"contact": [couple[0].pk]})
    sent(client, source)
    worked(source)
    assert Contact.objects.get(pk=couple[0].pk).city == "Bonn"


def test_a_limited_number_is_asked_and_the_rest_is_reported(anna, couple, login):
    rows = "".join(f"Wagner;paar@st.example;Ort {n}\n" for n in range(2))
    source = imported(anna, HEAD + rows)
    assert [one.city for one in contacts(anna)][:2] == ["Bonn", ""]
    source = checked(anna, HEAD + "".join(f"Wagner;paar@st.example;Dorf {n}\n" for n in range(MAX_ASKED + 2)))
    shown = page(login(anna), source)
    assert (shown.count('<select name="row-'), 'data-rest="2"' in shown) == (MAX_ASKED, True)
