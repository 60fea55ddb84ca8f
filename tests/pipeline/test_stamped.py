"""Stamped HTML equals what the template engine renders, for any values of a contact."""

from datetime import date, timedelta
from html import unescape
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe

from base.stamps import one_line, stamp
from contacts import signs
from contacts.signs import Who
from pipeline import listing, stamped_rows
from pipeline.cards import loading, stamped, waiting
from pipeline.cards.stamped import Scene
from pipeline.models import Card
from pipeline.selection import Selection
from pipeline.stamped_rows import Rows
from tests.factories import ContactFactory

pytestmark = pytest.mark.breaks_invariants  # counts without actions
ODD = [
    {"last_name": "Öztürk", "first_name": "Ada"},
    {"last_name": "<b>&\"'%s %(id)s {{ id }}"},
    {"last_name": "\u202eגרסה", "first_name": "\ue000\ue001\ue002"},
    {"last_name": "", "company": "Müller & Söhne GmbH  100 %"},
    {"last_name": "", "email": "nur.adresse+%25@example.org"},
    {"last_name": "", "phone": "0170 1234567"},
    {"last_name": "", "phone": "intern 12 >"},
    {"title": "Dr.", "last_name": "Vogt", "partner_first_name": "Jan", "partner_last_name": "Thiele"},
    {"last_name": "Lang " * 15, "source_detail": "Messe > „Haus“ %d"},
]


@pytest.fixture(params=range(len(ODD)))
def card(request, board, sofia) -> Card:
    number = request.param
    now = timezone.now()
    columns = [board["Neue Kontakte"], board["Nicht erreicht"]]
    contact = ContactFactory(
        column=columns[number % 2],
        assignee=sofia if number % 2 else None,
        due_on=now.date() + timedelta(days=number - 4) if number % 3 else None,
        last_action_at=now - timedelta(hours=9 * number) if number % 4 else None,
        action_counts={"call": number, "note": 1} if number % 2 else {},
        **ODD[number],
    )
    return Card.objects.select_related("column").get(pk=contact.pk)


def plain(template: str, values: dict[str, str], **context: object) -> str:
    """Return the template rendered for this contact."""
    return one_line(render_to_string(template, {name: mark_safe(value) for name, value in values.items()} | context))


def with_signs(values: dict[str, str], who: Who | None, due_on: date | None, scene: Scene) -> dict[str, str]:
    """Add the circle and the due date's chip, which a stamp has in it."""
    circle, due = signs.circle(values, who, scene.can_assign), signs.due(values, due_on, scene.today)
    return values | {"circle": circle, "due": due}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("can_assign", [True, False])
@pytest.mark.parametrize(("is_again", "hours"), [(True, None), (False, None), (True, 200), (False, 0)])
def test_a_stamped_card_is_the_rendered_one(card, anna, language, can_assign, is_again, hours):
    since = None if hours is None else timezone.now() - timedelta(hours=hours)
    why = "plz:21" if can_assign else ""
    Card.objects.update(asked_again_at=timezone.now() if is_again else None, waits_since=since, chosen_by=why)
    with translation.override(language):
        scene = Scene(timezone.localtime(), can_assign, clock=waiting.clock_of(anna.account))
        shown = loading.shown(anna, [card.pk])[card.pk]
        key = card.column.key
        who = signs.who_is(card.contact.assignee)
        values = with_signs(scene.values(shown), who, shown.due_on, scene) | (scene.ticking(since) if since else {})
        marks = {"is_new": key == "new", "is_again": is_again, "waits": since is not None}
        marks["is_chosen"] = key == "new" and why != ""
        expected = plain(stamped.TEMPLATE, values, **marks)
        assert one_line(scene.card(shown, key)) == expected
        place = {"column": str(card.column_id), "after": ""}
        moved = plain(stamped.TEMPLATE, values | place, is_moved=True, **marks)
        assert one_line(scene.moved(shown, key, None)) == moved


@pytest.mark.parametrize("key", [None, "new"])
def test_a_card_that_was_shown_before_is_that_of_this_day_zone_reader_and_language(card, anna, key):
    shown = loading.shown(anna, [card.pk])[card.pk]
    moments = [timezone.localtime() + timedelta(days=days) for days in (0, 1)]
    moments.append(moments[0].astimezone(ZoneInfo("Pacific/Kiritimati")))
    scenes = [Scene(*each) for each in product(moments, [True, False], ["de", "en"])]
    for scene in scenes * 2:
        with translation.override(scene.language):
            signs_of = with_signs(scene.values(shown), signs.who_is(card.contact.assignee), shown.due_on, scene)
            assert one_line(scene.card(shown, key)) == plain(stamped.TEMPLATE, signs_of, is_new=key == "new")


def test_a_card_loaded_as_a_model_shows_the_same(card, anna):
    model = loading.load(anna, [card.pk])[card.pk]
    scene = Scene(timezone.localtime(), True)
    assert scene.card(loading.ShownCard.of(model), None) == scene.card(loading.shown(anna, [card.pk])[card.pk], None)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("hours", [None, 0, 200])
def test_a_stamped_row_is_the_rendered_one(card, anna, language, hours):
    since = None if hours is None else timezone.now() - timedelta(hours=hours)
    Card.objects.update(waits_since=since)
    (contact,) = listing.rows(Selection(user=anna, today=timezone.localdate()), [card.pk])
    with translation.override(language):
        scene = Scene(timezone.localtime(), True, clock=waiting.clock_of(anna.account))
        shared = Rows(scene, "&q=%C3%A4&tag=<x>")
        values = with_signs(shared.values(contact), contact.who, contact.due_on, scene)
        values |= scene.ticking(since) if since else {}
        expected = plain(stamped_rows.TEMPLATE, values, is_new=card.column.key == "new", waits=since is not None)
        assert one_line(shared.row(contact)) == expected


def test_a_row_that_was_shown_before_is_that_of_this_day_reader_and_filter(card, anna):
    (contact,) = listing.rows(Selection(user=anna, today=timezone.localdate()), [card.pk])
    moments = [timezone.localtime() + timedelta(days=days) for days in (0, 1)]
    for now, can_assign, language, tail in [*product(moments, [True, False], ["de", "en"], ["", "&q=a"])] * 2:
        with translation.override(language):
            shared = Rows(Scene(now, can_assign), tail)
            values = with_signs(shared.values(contact), contact.who, contact.due_on, shared.scene)
            assert one_line(shared.row(contact)) == plain(
                stamped_rows.TEMPLATE, values, is_new=card.column.key == "new"
            )


def test_a_name_and_its_badge_are_two_words(board, anna):
    new = ContactFactory(column=board["Neue Kontakte"], last_name="Vogt")
    (contact,) = listing.rows(Selection(user=anna, today=timezone.localdate()), [new.pk])
    html = Rows(Scene(timezone.localtime(), True), "").row(contact)
    assert "Vogt Neu" in " ".join(strip_tags(unescape(html)).split())


def test_the_first_cards_of_a_board_are_those_of_each_column(board, anna):
    columns = [board["Nicht erreicht"], board["Neue Kontakte"]]
    for column in columns:
        for _ in range(3):
            ContactFactory(column=column)
    first = loading.shown_first([column.pk for column in columns], 2)
    assert [card.column_id for card in first] == [columns[0].pk] * 2 + [columns[1].pk] * 2
    assert [card.rank for card in first[:2]] == sorted(card.rank for card in first[:2])


def test_a_stamp_keeps_percent_signs_and_fills_each_gap(board):
    form = stamp("pipeline/_card.html", ("id", "name"), version="50 %")
    filled = form % {"id": "7", "name": "%s"}
    assert 'data-version="50 %"' in filled
    assert filled.count("%s") == 2
    assert 'id="card-7"' in filled
