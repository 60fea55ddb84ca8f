"""„Kontakt anlegen“."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Account, User
from contacts.models import Change, Contact
from tests.factories import ContactFactory
from tests.markup import page_of

CLAUDIA = {"first_name": "Claudia", "last_name": "Brandes", "email": "claudia@brandes.de", "source": "phone"}


@pytest.fixture
def post(login, sofia, board):
    client = login(sofia)

    def posted(client=client, **data):
        data = CLAUDIA | {"column": board["Neue Kontakte"].pk, "assignee": ""} | data
        return client.post("/contacts/new/", {name: value for name, value in data.items() if value is not None})

    return posted


def test_it_makes_a_contact_and_leads_to_its_page(post, board, sofia):
    answer = post(phone="0221 5550134", living_area="142,5", tags="Erbe, dringend")
    contact = Contact.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/contacts/{contact.pk}/")
    assert contact.card.column == board["Neue Kontakte"]
    assert (contact.phone_e164, contact.tags, str(contact.living_area)) == (
        "+492215550134",
        ["Erbe", "dringend"],
        "142.50",
    )
    assert (contact.sort_name, contact.assignee) == ("brandes  claudia", None)
    assert list(Change.objects.values_list("kind", "actor")) == [("created", sofia.pk)]


def test_it_records_the_inquiry_in_the_words_of_the_call(post):
    post(note="Möchte im Frühjahr verkaufen")
    contact = Contact.objects.get()
    assert contact.action_counts == {"inquiry": 1}
    assert list(contact.actions.values_list("kind", "text", "author")) == [
        ("inquiry", "Möchte im Frühjahr verkaufen", None)
    ]
    assert contact.last_action_at == contact.created_at


def test_it_can_be_assigned_to_oneself(post, sofia, jan):
    post(mine="on")
    post(mine="on", assignee=jan.pk, last_name="Vogel", email="")
    assert list(Contact.objects.order_by("pk").values_list("assignee", flat=True)) == [sofia.pk, jan.pk]


def test_the_form_follows_a_call_and_folds_the_rest(login, sofia, board, post):
    html = page_of(login(sofia).get("/contacts/new/"))
    open_part = html.split("data-keep")[1].split("<details")[0]
    names = re.findall(r'<(?:input|select|textarea)[^>]* name="([a-z_]+)"', open_part)
    asked = [name for name in names if name not in ("csrfmiddlewaretoken", "key")]
    assert asked == ["first_name", "last_name", "phone", "email", "note", "source", "mine"]
    assert re.search(r'name="first_name"[^>]* autofocus', html)
    assert html.count('autocomplete="off"') >= html.count('class="input"')
    assert '<details class="entry__more">' in html
    assert '<details class="entry__more" open>' in page_of(post(year_built="1"))


def test_it_goes_into_the_chosen_column_to_the_chosen_colleague(post, board, jan):
    post(column=board["Termin vereinbart"].pk, assignee=jan.pk)
    contact = Contact.objects.get()
    assert (contact.card.column, contact.assignee) == (board["Termin vereinbart"], jan)
    assert list(Change.objects.order_by("pk").values_list("kind", "after")) == [
        ("created", "Termin vereinbart"),
        ("assigned", "Jan Thiele"),
    ]


def test_the_address_chooses_the_column(login, sofia, board):
    column = board["Nicht erreicht"]
    html = page_of(login(sofia).get(f"/contacts/new/?column={column.pk}"))
    assert f'<option value="{column.pk}" selected>Nicht erreicht</option>' in html


@pytest.mark.parametrize("column", ["foreign", "1e3", str(2**63), "x", "", None])
def test_an_unknown_column_is_refused(post, paul, column, unwritten):
    if column == "foreign":
        column = paul.account.columns.first().pk
    with unwritten():
        answer = post(column=column)
    assert answer.status_code == 422
    if column:
        assert "Diese Spalte gibt es nicht (mehr)." in page_of(answer)


@pytest.mark.parametrize("who", ["foreign", "inactive", "marketing"])
def test_an_unavailable_colleague_is_refused(post, paul, jan, mara, who, unwritten):
    User.objects.filter(pk=jan.pk).update(is_active=False)
    with unwritten():
        answer = post(assignee={"foreign": paul, "inactive": jan, "marketing": mara}[who].pk)
    assert answer.status_code == 422
    assert "Mitarbeiter nicht verfügbar" in page_of(answer)


def test_without_the_plan_an_assignment_is_refused_and_nothing_is_added(login, paul, unwritten):
    client = login(paul)
    assert "disabled" in page_of(client.get("/contacts/new/"))
    column = paul.account.columns.first().pk
    with unwritten():
        answer = client.post("/contacts/new/", CLAUDIA | {"column": column, "assignee": paul.pk})
    assert answer.status_code == 403
    assert client.post("/contacts/new/", CLAUDIA | {"column": column}).status_code == 302
    assert Contact.objects.get().assignee is None


@pytest.mark.parametrize(
    "change",
    [
        {"last_name": "", "email": ""},
        {"email": "a@b"},
        {"last_name": "a\0b"},
        {"last_name": "x" * 81},
        {"first_name": "a\r\nBcc: x@y.de"},
        {"source": "nonsense"},
        {"year_built": "1"},
    ],
)
def test_invalid_input_is_refused_and_kept_in_the_form(post, change, unwritten):
    with unwritten():
        answer = post(**change)
    assert answer.status_code == 422
    if "first_name" not in change:
        assert 'value="Claudia"' in page_of(answer)


def test_similar_contacts_are_shown_before_it_is_added_anyway(post, krueger, unwritten):
    twin = ContactFactory(account=krueger, first_name="Bernd", last_name="Brandes", email="claudia@brandes.de")
    with unwritten():
        answer = post()
    html = page_of(answer)
    assert answer.status_code == 409
    assert f'href="/contacts/{twin.pk}/"' in html
    assert "Trotzdem anlegen" in html
    assert 'value="Claudia"' in html
    assert post(anyway="1").status_code == 302
    assert Contact.objects.count() == 2


def test_fields_outside_the_form_cannot_be_set(post, hansen):
    post(account=hansen.pk, version="9", trashed_at="2020-01-01", due_on="2026-12-24", sort_name="zzz")
    contact = Contact.objects.get()
    assert (contact.version, contact.trashed_at, contact.due_on) == (1, None, None)
    assert contact.account != hansen


def test_an_agent_who_assigns_it_to_somebody_else_is_redirected_to_the_start_page(post, krueger, jan):
    krueger.agents_see = Account.Sight.OWN
    krueger.save()
    assert post(assignee=jan.pk).headers["Location"] == "/"


def test_marketing_makes_no_contacts(login, mara, post, unwritten):
    client = login(mara)
    with unwritten():
        assert post(client=client).status_code == 403
        assert client.get("/contacts/new/").status_code == 403


KEY = "3f0f1c1e-0000-4000-8000-000000000001"


def test_each_form_has_a_key_of_its_own(login, sofia, board):
    client = login(sofia)
    pages = [page_of(client.get("/contacts/new/")) for _time in range(2)]
    keys = [re.search(r'name="key" value="([0-9a-f-]{36})"', page)[1] for page in pages]
    assert keys[0] != keys[1]


def test_repeated_clicks_and_going_back_add_one_contact(post):
    places = [post(key=KEY).headers["Location"] for _click in range(4)]
    contact = Contact.objects.get()
    assert places == [f"/contacts/{contact.pk}/"] * 4


def test_the_same_form_with_another_person_in_it_is_another_contact(post):
    post(key=KEY)
    post(key=KEY, first_name="Bernd", last_name="Kaiser", email="bernd@kaiser.example")
    assert Contact.objects.count() == 2


def test_two_windows_with_the_same_person_warn(post):
    post(key=KEY)
    assert post(key=KEY.replace("1", "2")).status_code == 409
    assert Contact.objects.count() == 1


def test_an_invalid_key_is_ignored(post):
    assert post(key="nonsense").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keys", [[KEY] * 6, [f"3f0f1c1e-0000-4000-8000-00000000000{n}" for n in range(6)]])
def test_concurrent_equal_forms_add_one_contact(sofia, board, keys):
    data = CLAUDIA | {"column": board["Neue Kontakte"].pk, "assignee": ""}
    with ThreadPoolExecutor(6) as threads:
        answers = [*threads.map(lambda key: _sent(sofia, data | {"key": key}), keys)]
    assert Contact.objects.count() == 1
    assert {*answers} <= {302, 409} and 302 in answers


def _sent(user, data):
    client = Client()
    client.force_login(user)
    try:
        return client.post("/contacts/new/", data).status_code
    finally:
        connection.close()
