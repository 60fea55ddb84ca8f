"""The marks that board, list and detail page carry for scripts, other programs and tests: names and values stay."""

import re

import pytest

from contacts.actions import perform
from contacts.due import set_due
from contacts.kinds import Kind
from tests.clock import TUESDAY as NOW
from tests.markup import page_of
from tests.pipeline.drops import card_of, make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("story")]


@pytest.fixture
def contact(board, anna):
    (contact,) = make(board["Neue Kontakte"], "Heike")
    perform(contact=contact, kind=Kind.CALL, outcome="reached", actor=anna, now=NOW, performed_at=NOW)
    set_due(contact=contact, due_on=NOW.date(), actor=anna, now=NOW)
    return contact


def only(pattern: str, html: str) -> str:
    """Return what the pattern finds, if it does so once."""
    (found,) = re.findall(pattern, html)
    return str(found)


def test_the_marks_of_the_board(contact, board, anna, login):
    html = page_of(login(anna).get("/contacts/board/"))
    assert only(r"data-total[^>]*>\s*([^<]*?)\s*<", html) == "1"
    for column in board.values():
        section = only(rf'(?s)<section[^>]* data-column="{column.pk}".*?</section>', html)
        assert f'data-key="{column.key or ""}"' in section
        assert re.sub("<[^>]*>", "", only(r"<h2[^>]*>(.*?)</h2>", section)).strip() == column.name
        number = "1" if column.key == "new" else "0"
        assert only(r"data-count[^>]*>\s*([^<]*?)\s*<", section) == number
    card = only(rf'(?s)<li [^>]*data-card="{contact.pk}".*?</li>', html)
    assert f'data-version="{card_of(contact).version}"' in card and 'class="card card--new"' in card
    assert re.search(r'<a [^>]*href="([^"]*)"', card)[1] == f"/contacts/{contact.pk}/"
    assert 'data-bubble="call"' in card and re.search('data-due="(today|overdue|later)"', card)


def test_the_marks_of_the_list(contact, anna, login):
    html = page_of(login(anna).get("/contacts/"))
    assert only(r"data-total[^>]*>\s*([^<]*?)\s*<", html) == "1"
    row = only(rf'(?s)<tr [^>]*data-contact="{contact.pk}".*?</tr>', html)
    assert row.count('type="checkbox"') == 1


def test_the_mark_of_the_detail_page(contact, board, anna, login):
    html = page_of(login(anna).get(f"/contacts/{contact.pk}/"))
    pk = board["Neue Kontakte"].pk
    assert only(rf'(?s)<[^>]*data-status="{pk}"[^>]*>(.*?)</button>', html).count("Neue Kontakte") == 1
