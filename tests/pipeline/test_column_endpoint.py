"""`/columns/…`: works, repeated, stranger, reader, bad input, with scripts and without."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from pipeline.models import Card, Column
from tests.factories import ContactFactory
from tests.markup import page_of
from tests.pipeline.drops import FETCH, heads, make, order, shape, statements
from tests.pipeline.test_columns import BAD_NAMES, DEFAULT, names

CHANGES = {  # an address that changes something, with a body it would accept
    "/columns/": {"beside": "{own}", "side": "left"},
    "/columns/{own}/name/": {"name": "Rückruf"},
    "/columns/{own}/place/": {"direction": "right"},
    "/columns/{own}/removal/": {},
}
ADDRESSES = [*CHANGES, "/columns/{own}/menu/"]


@pytest.fixture
def own(board) -> Column:
    return board["Nicht erreicht"]


@pytest.fixture
def leader(login, mehmet) -> Client:
    return login(mehmet)


def send(client: Client, address: str, column: Column, headers: dict[str, str] = FETCH):
    data = {name: value.format(own=column.pk) for name, value in CHANGES[address].items()}
    return client.post(address.format(own=column.pk), data, headers=headers)


def test_inserted_column_opens_in_rename_mode(leader, krueger, own):
    answer = send(leader, "/columns/", own)
    inserted = Column.objects.of(krueger).get(name="Neue Spalte")
    assert names(krueger) == [DEFAULT[0], "Neue Spalte", *DEFAULT[1:]]
    assert f'action="/columns/{inserted.pk}/name/"' in page_of(answer)
    assert 'value="Neue Spalte"' in page_of(answer)
    order_of_columns = ",".join(str(column.pk) for column in Column.objects.of(krueger).order_by("position"))
    assert f'data-order="{order_of_columns}"' in page_of(answer)


def test_without_scripts_inserting_leads_to_the_name_and_on_to_the_board(leader, krueger, own):
    answer = send(leader, "/columns/", own, headers={})
    inserted = Column.objects.of(krueger).get(name="Neue Spalte")
    assert (answer.status_code, answer["Location"]) == (302, f"/columns/{inserted.pk}/name/")
    page = leader.get(answer["Location"])
    assert 'value="Neue Spalte"' in page_of(page)
    answer = leader.post(answer["Location"], {"name": "Rückruf"})
    assert (answer.status_code, answer["Location"]) == (302, "/contacts/board/")
    assert names(krueger)[1] == "Rückruf"


def test_a_menu_entry_sent_twice_inserts_one_column(leader, krueger, own):
    menu = page_of(leader.get(f"/columns/{own.pk}/menu/"))
    keys = re.findall(r'name="side" value="(\w+)"><input type="hidden" name="key" value="([0-9a-f-]{36})"', menu)
    assert [side for side, _key in keys] == ["left", "right"]
    first, again = (insert(leader, own, *keys[0]) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert names(krueger) == [DEFAULT[0], "Neue Spalte", *DEFAULT[1:]]
    leader.post(first["Location"], {"name": "Rückruf"})
    assert insert(leader, own, *keys[0])["Location"] == first["Location"]
    assert insert(leader, own, *keys[1])["Location"] != first["Location"]
    assert names(krueger) == [DEFAULT[0], "Rückruf", DEFAULT[1], "Neue Spalte", *DEFAULT[2:]]


def test_a_key_belongs_to_the_office_and_is_free_after_the_column(leader, login, paul, krueger, hansen, own):
    key = str(uuid4())
    mine = insert(leader, own, "left", key)
    theirs = Column.objects.of(hansen).get(name="Nicht erreicht")
    assert insert(login(paul), theirs, "left", key).status_code == 302
    assert names(hansen)[1] == "Neue Spalte"
    leader.post(mine["Location"].replace("name", "removal"))
    assert insert(leader, own, "left", key)["Location"] != mine["Location"]


@pytest.mark.parametrize("key", ["x", "\x00", "1" * 40])
def test_an_invalid_key_is_not_understood(leader, own, unwritten, key):
    with unwritten():
        assert insert(leader, own, "left", key).status_code == 422


def insert(client: Client, beside: Column, side: str, key: str):
    return client.post("/columns/", {"beside": beside.pk, "side": side, "key": key})


def test_rename_answers_with_the_head_and_isolates_the_name(leader, own):
    answer = leader.post(f"/columns/{own.pk}/name/", {"name": "موعد <b>"}, headers=FETCH)
    assert answer.status_code == 200
    assert "<bdi>موعد &lt;b&gt;</bdi></h2>" in page_of(answer)
    assert heads(answer) == {own.pk}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_an_invalid_name_stays_in_the_field_with_the_reason(leader, own, unwritten, name):
    with unwritten():
        answer = leader.post(f"/columns/{own.pk}/name/", {"name": BAD_NAMES[name]}, headers=FETCH)
    assert answer.status_code == 422
    assert 'class="error"' in page_of(answer) and 'aria-invalid="true"' in page_of(answer)


def test_typed_name_is_kept_after_a_refusal(leader, own):
    for headers in (FETCH, {}):
        answer = leader.post(f"/columns/{own.pk}/name/", {"name": '"><svg onload=x> Kein Auftrag' * 3}, headers=headers)
        assert "&quot;&gt;&lt;svg onload=x&gt; Kein Auftrag" in page_of(answer)


def test_escape_restores_the_head(leader, own, unwritten):
    with unwritten():
        answer = leader.get(f"/columns/{own.pk}/name/?cancel", headers=FETCH)
    assert "<bdi>Nicht erreicht</bdi>" in page_of(answer) and "<form" not in page_of(answer)


def test_shift_and_removal_answer_with_the_new_order(leader, krueger, own, board):
    assert send(leader, "/columns/{own}/place/", own).status_code == 200
    assert names(krueger)[1:3] == ["Erfolgreich kontaktiert", "Nicht erreicht"]
    answer = send(leader, "/columns/{own}/removal/", own)
    assert f"{own.pk}" not in page_of(answer).split('data-order="')[1].split('"')[0].split(",")
    assert "Nicht erreicht" not in names(krueger)


def test_a_full_column_is_kept_even_if_the_filter_hides_its_contacts_and_the_alternative_is_named(
    leader, own, unwritten
):
    make(own, *(f"P{number}" for number in range(7)))
    with unwritten():
        answer = leader.post(f"/columns/{own.pk}/removal/?q=nobody", headers=FETCH)
    assert answer.status_code == 409
    assert "Noch 7 Kontakte in dieser Spalte" in page_of(answer)
    assert "„Kontakte verschieben und löschen …“" in page_of(answer)


def test_one_contact_is_counted_in_the_singular(leader, own):
    make(own, "Ada")
    answer = send(leader, "/columns/{own}/removal/", own)
    assert (answer.status_code, "Noch 1 Kontakt in dieser Spalte" in page_of(answer)) == (409, True)


def test_emptying_asks_first_and_offers_every_other_column(leader, own, board, unwritten):
    make(own, "Ada", "Bob")
    with unwritten():
        answer = leader.get(f"/columns/{own.pk}/removal/", headers=FETCH)
    offered = {name for name, column in board.items() if f'<option value="{column.pk}">' in page_of(answer)}
    assert offered == set(DEFAULT) - {"Nicht erreicht"}
    assert "2 Kontakte aus „Nicht erreicht“ werden verschoben. Es gehen keine Mails hinaus." in page_of(answer)


def test_emptying_moves_all_and_shows_the_target(leader, own, board):
    make(own, "Ada", "Bob")
    target = board["Kein Auftrag"]
    answer = leader.post(f"/columns/{own.pk}/removal/", {"target": target.pk}, headers=FETCH)
    assert (answer.status_code, order(target)) == (200, ["Ada", "Bob"])
    assert f'data-column="{target.pk}"' in page_of(answer)


@pytest.mark.parametrize("target", ["x", "-1", "1000000000", str(2**63), "０１", "\x00", ["1", "2"]], ids=repr)
def test_invalid_target_is_not_understood(leader, own, unwritten, target):
    make(own, "Ada")
    with unwritten():
        answer = leader.post(f"/columns/{own.pk}/removal/", {"target": target}, headers=FETCH)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/columns/", {}),
        ("/columns/", {"beside": "{own}"}),
        ("/columns/", {"side": "left"}),
        ("/columns/", {"beside": "{own}", "side": "above"}),
        ("/columns/", {"beside": "NaN", "side": "left"}),
        ("/columns/", {"beside": "1000000000", "side": "left"}),
        ("/columns/", {"beside": "{own}", "side": "\x00"}),
        ("/columns/{own}/name/", {}),
        ("/columns/{own}/name/", {"name": ["a", "b"]}),
        ("/columns/{own}/place/", {}),
        ("/columns/{own}/place/", {"direction": "up"}),
        ("/columns/{own}/place/", {"direction": ["left", "left"]}),
    ],
)
def test_missing_or_impossible_values_are_not_understood(leader, own, unwritten, address, data):
    filled = {key: value.format(own=own.pk) if isinstance(value, str) else value for key, value in data.items()}
    with unwritten():
        assert leader.post(address.format(own=own.pk), filled, headers=FETCH).status_code == 422


def test_removal_without_a_target_asks_again(leader, own, unwritten):
    ContactFactory(column=own)
    with unwritten():
        answer = leader.post(f"/columns/{own.pk}/removal/", {"target": ""}, headers=FETCH)
    assert answer.status_code == 422
    assert "– bitte wählen –" in page_of(answer)
    assert re.search(r'name="target"[^>]*aria-invalid="true"', page_of(answer))


def test_rename_to_the_same_name_and_a_second_removal_write_nothing(leader, own, unwritten):
    send(leader, "/columns/{own}/name/", own)
    with unwritten():
        assert send(leader, "/columns/{own}/name/", own).status_code == 200
    assert send(leader, "/columns/{own}/removal/", own).status_code == 200
    with unwritten():
        assert send(leader, "/columns/{own}/removal/", own).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("who", ["sofia", "mara"])
def test_only_leaders_change_columns(login, request, own, unwritten, address, who):
    client = login(request.getfixturevalue(who))
    method = client.get if address.endswith("menu/") else client.post
    with unwritten():
        answer = method(address.format(own=own.pk), {"name": "x", "direction": "right"}, headers=FETCH)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "address"),
    [("post", address) for address in CHANGES]
    + [("get", f"/columns/{{own}}/{part}/") for part in ("name", "removal", "menu")],
)
def test_foreign_column_takes_the_same_statements_as_an_unknown_one(login, paul, own, unwritten, method, address):
    client = login(paul)
    ContactFactory(column=own, first_name="Canary")
    seen = []
    for pk in (own.pk, 10**9):
        data = {"beside": pk, "side": "left", "name": "x", "direction": "right"}
        with unwritten(), statements() as asked:
            answer = getattr(client, method)(address.format(own=pk), data, headers=FETCH)
        seen.append((answer.status_code, page_of(answer), [shape(statement) for statement in asked]))
    assert seen[0][0] == (422 if address == "/columns/" else 404)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("address", CHANGES)
def test_reading_changes_nothing(leader, own, unwritten, address):
    for method in ("get", "head"):
        with unwritten():
            answer = getattr(leader, method)(address.format(own=own.pk))
        asks_first = address.endswith(("name/", "removal/"))
        assert answer.status_code == (200 if asks_first else 405)
        assert asks_first or answer["Allow"] == "POST"


@pytest.mark.parametrize("address", ADDRESSES[1:])
@pytest.mark.parametrize("pk", ["1e3", "０１", "1/../2", "%00", str(2**63), "-1"])
def test_invalid_id_is_not_found(leader, own, unwritten, address, pk):
    with unwritten():
        assert leader.post(address.format(own=pk), headers=FETCH).status_code == 404


@pytest.mark.parametrize("address", CHANGES)
def test_ended_session_and_missing_token_write_nothing(mehmet, own, unwritten, address):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(mehmet)
    with unwritten():
        assert send(Client(), address, own).status_code == 401
        assert send(strict, address, own).status_code == 403


def test_agents_see_no_column_menu(login, sofia, mehmet, own):
    menus = [page_of(login(user).get("/contacts/board/")).count("Spaltenmenü:") for user in (sofia, mehmet)]
    assert menus == [0, 7]


def test_further_cards_of_a_column_are_loaded_fifty_at_a_time(leader, own):
    make(own, *(f"P{number:03}" for number in range(101)))
    ranks = list(Card.objects.filter(column=own).order_by("rank").values_list("rank", flat=True))
    counts = []
    for start in ("", ranks[49], ranks[99], "\x00"):
        answer = leader.get(f"/columns/{own.pk}/cards/", {"after": start}, headers=FETCH)
        counts.append(page_of(answer).count("data-card="))
    assert counts == [50, 50, 1, 50]


def test_further_cards_of_a_foreign_column_do_not_exist(login, paul, own):
    make(own, "Canary")
    answer = login(paul).get(f"/columns/{own.pk}/cards/", headers=FETCH)
    assert (answer.status_code, "Canary" in page_of(answer)) == (404, False)
