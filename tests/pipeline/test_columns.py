"""The verbs on columns: names, places, limits, and the whole table of what each column allows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.refusals import Conflict, NotUnderstood
from funnel.series.enrolments import Effect
from pipeline.cards import bulk
from pipeline.columns import verbs
from pipeline.models import Card, Column, Move
from tests.factories import ContactFactory, put_in_trash
from tests.markup import page_of
from tests.pipeline.drops import FETCH, card_of, make, order

DEFAULT = [
    "Neue Kontakte",
    "Nicht erreicht",
    "Erfolgreich kontaktiert",
    "Termin vereinbart",
    "Bewertung erstellt",
    "Auftrag erhalten",
    "Kein Auftrag",
]


def names(account) -> list[str]:
    found = list(Column.objects.of(account).order_by("position").values_list("name", "position"))
    assert [position for _, position in found] == list(range(len(found)))
    return [name for name, _ in found]


def test_new_office_has_the_seven_columns(krueger):
    assert names(krueger) == DEFAULT
    keys = dict(Column.objects.of(krueger).exclude(key=None).values_list("name", "key"))
    assert keys == {"Neue Kontakte": "new", "Erfolgreich kontaktiert": "contacted", "Auftrag erhalten": "won"}
    assert [column.name for column in Column.objects.of(krueger).filter(is_lost=True)] == ["Kein Auftrag"]


@pytest.mark.parametrize(("side", "place"), [("left", 3), ("right", 4)])
def test_a_column_is_inserted_next_to_another_with_an_unused_name(anna, board, side, place):
    expected = list(DEFAULT)
    for name in ("Neue Spalte", "Neue Spalte 2"):
        verbs.insert(user=anna, beside_id=board["Termin vereinbart"].pk, side=side)
        expected.insert(place, name)
        place += side == "left"
    assert names(anna.account) == expected


def test_insert_stops_at_twenty(anna, board, unwritten):
    for _ in range(13):
        verbs.insert(user=anna, beside_id=board["Kein Auftrag"].pk, side="right")
    with unwritten(), pytest.raises(Conflict):
        verbs.insert(user=anna, beside_id=board["Kein Auftrag"].pk, side="right")
    assert len(names(anna.account)) == 20


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Rückruf  ", "Rückruf"),
        ("Ru\u0308ckruf", "Rückruf"),
        ("🏠 Besichtigt", "🏠 Besichtigt"),
        ("👩‍👧 Familie", "👩‍👧 Familie"),
        ("x" * 40, "x" * 40),
        ("<b>fett</b>", "<b>fett</b>"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("موعد", "موعد"),
    ],
)
def test_name_is_stored_trimmed_and_composed(anna, board, typed, stored):
    assert verbs.rename(user=anna, column_id=board["Nicht erreicht"].pk, name=typed).name == stored
    assert names(anna.account)[1] == stored


BAD_NAMES = {
    "empty": "",
    "spaces": "   ",
    "no-break spaces": "\u00a0\u2003",
    "zero width": "\u200b\u200d\ufeff",
    "fillers": "\u3164\u2800\u115f",
    "selectors": "\ufe0f\U000e0100",
    "soft hyphens": "\u00ad\u00ad",
    "10,000 signs": "x" * 10_000,
    "41 signs": "x" * 41,
    "few signs that unfold to many": "\ufdfa" * 40,
    "NUL": "a\x00b",
    "line break": "a\nb",
    "line separator": "a\u2028b",
    "escape": "a\x1bb",
    "right-to-left override": "a\u202eb",
    "isolate": "\u2067a\u2069",
    "mark": "a\u200fb",
    "taken": "Kein Auftrag",
    "taken, other case": "kEIN aUFTRAG",
    "taken, full width": "Ｋein Auftrag",
    "taken, more spaces": "Kein   Auftrag",
    "taken, no-break space": "Kein\u00a0Auftrag",
    "taken, zero width inside": "Kein\u200b Auftrag",
    "taken, soft hyphen inside": "Kein Auf\u00adtrag",
    "taken, selector inside": "Kein\ufe0f Auftrag",
    "taken, filler inside": "Kein\u3164 Auftrag",
    "taken by a system column": "neue kontakte",
    "taken by its ligature": "Ｎeue Kontakte",
}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_name_is_not_understood(anna, board, unwritten, name):
    with unwritten(), pytest.raises(NotUnderstood):
        verbs.rename(user=anna, column_id=board["Nicht erreicht"].pk, name=BAD_NAMES[name])


def test_too_long_a_name_says_the_limit(anna, board):
    with pytest.raises(NotUnderstood) as refusal:
        verbs.rename(user=anna, column_id=board["Nicht erreicht"].pk, name="x" * 10_000)
    assert refusal.value.sentence == "Der Name ist zu lang (10000 Zeichen): höchstens 40 Zeichen."


def test_own_name_again_writes_nothing_and_its_case_may_change(anna, board, unwritten):
    column = board["Nicht erreicht"]
    with unwritten():
        verbs.rename(user=anna, column_id=column.pk, name=" Nicht erreicht ")
    assert verbs.rename(user=anna, column_id=column.pk, name="NICHT ERREICHT").name == "NICHT ERREICHT"


def test_two_offices_may_use_one_name(anna, paul, board):
    for user in (anna, paul):
        own = Column.objects.of(user.account).get(name="Nicht erreicht")
        verbs.rename(user=user, column_id=own.pk, name="Rückruf")


@given(st.text(max_size=60))
def test_any_accepted_name_is_stored_unchanged(typed):
    try:
        name = verbs.clean_name(typed)
    except NotUnderstood:
        return
    folded = verbs.fold_name(name)
    assert 1 <= len(name) <= 40 and 1 <= len(folded) <= 80
    assert verbs.clean_name(name) == name
    assert verbs.fold_name(folded) == folded == verbs.fold_name(typed)


def test_emptying_moves_all_cards_in_order_and_keeps_their_history(anna, board):
    source, target = board["Nicht erreicht"], board["Termin vereinbart"]
    make(target, "Eva")
    people = make(source, "Ada", "Bob", "Cyd")
    kept = put_in_trash(ContactFactory(column=source))
    count = bulk.empty_and_remove(user=anna, column_id=source.pk, target_id=target.pk, now=kept.trashed_at)
    assert (count, order(target)) == (3, ["Ada", "Bob", "Cyd", "Eva"])
    assert names(anna.account) == [name for name in DEFAULT if name != "Nicht erreicht"]
    assert {card_of(contact).version for contact in people} == {2}
    recorded = Move.objects.values_list("from_column", "from_name", "to_name", "via").distinct()
    assert list(recorded) == [(None, "Nicht erreicht", "Termin vereinbart", "column")]


def test_contact_in_the_trash_does_not_block_the_removal_of_its_column(anna, board):
    put_in_trash(ContactFactory(column=board["Nicht erreicht"]))
    verbs.remove(user=anna, column_id=board["Nicht erreicht"].pk)
    assert "Nicht erreicht" not in names(anna.account)


@pytest.mark.parametrize("target", ["itself", "unknown", "foreign"])
def test_emptying_into_an_unknown_column_is_not_understood(anna, hansen, board, unwritten, target):
    source = board["Nicht erreicht"]
    make(source, "Ada")
    ids = {"itself": source.pk, "unknown": 10**9, "foreign": Column.objects.of(hansen).first().pk}
    with unwritten(), pytest.raises(NotUnderstood):
        bulk.empty_and_remove(user=anna, column_id=source.pk, target_id=ids[target], now=Card.objects.get().entered_at)


# The table of the domain: what the menu of each column offers. Columns stand as by default, `*` holds a contact.
RENAME, LEFT, RIGHT = "Umbenennen", "Spalte links einfügen", "Spalte rechts einfügen"
TO_LEFT, TO_RIGHT = "Nach links verschieben", "Nach rechts verschieben"
DELETE, EMPTY = "Spalte löschen", "Kontakte verschieben und löschen …"
MAILS_GO_ON, MAILS_PAUSE = "E-Mails laufen weiter", "E-Mails pausieren"
OPERATIONS = [RENAME, LEFT, RIGHT, TO_LEFT, TO_RIGHT, DELETE, EMPTY]
ALLOWED = {
    "Neue Kontakte": {RIGHT},
    "Nicht erreicht": {RENAME, LEFT, RIGHT, TO_RIGHT, DELETE},  # second
    "Erfolgreich kontaktiert": {LEFT, RIGHT, TO_LEFT, TO_RIGHT},
    "Termin vereinbart": {RENAME, LEFT, RIGHT, TO_LEFT, TO_RIGHT, EMPTY},  # full
    "Bewertung erstellt": {RENAME, LEFT, RIGHT, TO_LEFT, TO_RIGHT, DELETE},
    "Auftrag erhalten": {LEFT, RIGHT, TO_LEFT, TO_RIGHT},
    "Kein Auftrag": {RENAME, LEFT, RIGHT, TO_LEFT, DELETE},  # last
    "contacted, second and full": {LEFT, RIGHT, TO_RIGHT},
    "won, last": {LEFT, RIGHT, TO_LEFT},
}
CASES = [(column, operation) for column in ALLOWED for operation in OPERATIONS]


@pytest.fixture
def tabled(anna, board) -> dict[str, Column]:
    """Return the columns of ALLOWED by name."""
    make(board["Termin vereinbart"], *(f"P{number}" for number in range(7)))
    return board


def arranged(anna, board, name: str) -> Column:
    if name == "contacted, second and full":
        make(board["Erfolgreich kontaktiert"], "Ada")
        verbs.shift(user=anna, column_id=board["Erfolgreich kontaktiert"].pk, direction="left")
        return board["Erfolgreich kontaktiert"]
    if name == "won, last":
        verbs.shift(user=anna, column_id=board["Auftrag erhalten"].pk, direction="right")
        return board["Auftrag erhalten"]
    return board[name]


def reasons(menu: str) -> dict[str, str]:
    """Return the entries of a menu with the reasons for which they are disabled, "" if they are not."""
    found = {}
    for entry in re.findall(r'<li role="none">.*?</li>', menu, flags=re.S):
        (label,) = re.findall(r"<span>(.*?)<(?:small|/span)", entry)
        refused = 'aria-disabled="true"' in entry
        found[label] = re.findall(r'data-reason="(.*?)"', entry)[0] if refused else ""
        assert ("<a " in entry or "<form" in entry) != refused
    return found


def ask(client, column: Column, operation: str, target: Column):
    root = f"/columns/{column.pk}"
    address, data = {
        RENAME: (f"{root}/name/", {"name": "Frisch"}),
        LEFT: ("/columns/", {"beside": column.pk, "side": "left"}),
        RIGHT: ("/columns/", {"beside": column.pk, "side": "right"}),
        TO_LEFT: (f"{root}/place/", {"direction": "left"}),
        TO_RIGHT: (f"{root}/place/", {"direction": "right"}),
        DELETE: (f"{root}/removal/", {}),
        EMPTY: (f"{root}/removal/", {"target": target.pk}),
    }[operation]
    return client.post(address, data, headers=FETCH)


@pytest.mark.parametrize(("name", "operation"), CASES)
def test_menu_and_server_agree_with_the_table(anna, login, tabled, unwritten, name, operation):
    client = login(anna)
    column = arranged(anna, tabled, name)
    target = tabled["Kein Auftrag" if name != "Kein Auftrag" else "Nicht erreicht"]
    menu = reasons(page_of(client.get(f"/columns/{column.pk}/menu/", headers=FETCH)))
    own = [] if column.is_system or column.is_lost else [MAILS_GO_ON]
    assert list(menu) == [*OPERATIONS[:5], *own, *OPERATIONS[5:]]
    before = names(anna.account)
    if operation in ALLOWED[name]:
        assert menu[operation] == ""
        assert ask(client, column, operation, target).status_code == 200
        assert names(anna.account) != before
        return
    assert menu[operation] != ""
    if operation == EMPTY and not column.is_system:
        return  # an empty column is emptied and deleted all the same: the menu offers the shorter way
    with unwritten():
        answer = ask(client, column, operation, target)
    assert answer.status_code == 409
    assert page_of(answer).count('role="') + page_of(answer).count('class="toast') == 1
    assert menu[operation].rstrip(".") in page_of(answer)


def test_reasons_name_the_funnel_and_the_number_of_contacts(anna, login, tabled):
    client = login(anna)
    system = reasons(page_of(client.get(f"/columns/{tabled['Auftrag erhalten'].pk}/menu/", headers=FETCH)))
    assert system[RENAME].startswith("Diese Spalte ist mit dem E-Mail-Funnel verbunden")
    full = reasons(page_of(client.get(f"/columns/{tabled['Termin vereinbart'].pk}/menu/?q=nobody", headers=FETCH)))
    assert full[DELETE] == "Noch 7 Kontakte in dieser Spalte"


def test_full_board_disables_inserting(anna, login, board):
    for _ in range(13):
        verbs.insert(user=anna, beside_id=board["Kein Auftrag"].pk, side="right")
    menu = reasons(page_of(login(anna).get(f"/columns/{board['Kein Auftrag'].pk}/menu/", headers=FETCH)))
    assert menu[LEFT] == menu[RIGHT] == "Mehr als 20 Spalten sind nicht möglich."


def test_leaders_choose_whether_mails_continue_in_an_own_column(mehmet, login, board):
    client, column = login(mehmet), board["Nicht erreicht"]
    answer = client.post(f"/columns/{column.pk}/mails/", {"go_on": "1"}, headers=FETCH)
    assert "In dieser Spalte laufen E-Mails weiter." in page_of(answer)
    column.refresh_from_db()
    assert column.effect is Effect.KEEP
    assert MAILS_PAUSE in reasons(page_of(client.get(f"/columns/{column.pk}/menu/", headers=FETCH)))
    assert client.post(f"/columns/{column.pk}/mails/", {"go_on": "0"}).status_code == 302
    column.refresh_from_db()
    assert column.effect is Effect.PAUSE


@pytest.mark.parametrize("name", ["Neue Kontakte", "Erfolgreich kontaktiert", "Kein Auftrag"])
def test_mails_of_system_and_lost_columns_cannot_be_switched(anna, login, board, unwritten, name):
    client = login(anna)
    with unwritten():
        answer = client.post(f"/columns/{board[name].pk}/mails/", {"go_on": "1"}, headers=FETCH)
    assert answer.status_code == 409


def test_only_leaders_choose_whether_mails_continue(sofia, login, board):
    answer = login(sofia).post(f"/columns/{board['Nicht erreicht'].pk}/mails/", {"go_on": "1"})
    assert answer.status_code == 403
