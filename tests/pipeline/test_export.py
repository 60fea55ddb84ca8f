"""The export: who may, what is in the file, and that it comes back as the same contacts."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account
from contacts.contact_points import contact_point
from contacts.csv.encodings import CsvError
from contacts.csv.fields import ONLY_WRITTEN
from contacts.csv.reading import read
from contacts.csv.story import MAX_ACTIONS
from contacts.models import Action, Consent, Contact
from pipeline.columns.defaults import create_board
from pipeline.exports import COLUMNS, _rows
from pipeline.imports.files import left_out
from pipeline.models import Export
from tests.factories import AccountFactory, ActionFactory, ContactFactory, UserFactory, put_in_trash
from tests.markup import page_of
from tests.pipeline.importing import imported, outcomes

EXPORT = "/contacts/export/"


def exported(client, **data) -> bytes:
    """The file behind the redirect."""
    response = client.post(EXPORT, data or {"all": "1"})
    assert response.status_code == 302
    return b"".join(client.get(response.headers["Location"]).streaming_content)


def names_in(data: bytes) -> list[str]:
    sheet = read(data)
    place = sheet.headers.index("Nachname")
    return [cells[place] for _line, cells in sheet.rows()]


def ids_in(data: bytes) -> list[int]:
    return [int(cells[0]) for _line, cells in read(data).rows()]


@pytest.fixture
def many(board) -> list[Contact]:
    """Contacts with everything that is hard to preserve in a file."""
    sofia = UserFactory(account=board["Neue Kontakte"].account, first_name="Sofia", last_name="Vogt")
    common = {"column": board["Nicht erreicht"], "created_at": datetime(2026, 10, 25, 1, 30, 15, tzinfo=UTC)}
    made = [
        ContactFactory(
            **common,
            salutation="mrs",
            title="Dr.",
            first_name="Ada",
            last_name="Öztürk",
            company='Öztürk & "Söhne"; GmbH',
            birth_date=date(1955, 3, 9),
            partner_salutation="mr",
            partner_first_name="Can",
            partner_last_name="Öztürk",
            email="ada@example.org",
            email_kind="work",
            more_emails=[contact_point("ada@second.example", "private"), contact_point("ada@third.example")],
            phone="+49 (0)170/1234567",
            phone_kind="mobile",
            phone_words="nicht vor 9",
            more_phones=[contact_point("040 5550199", "fax", "Büro"), contact_point("0171/5550177", "", "abends")],
            street="Straße des 17. Juni 135",
            postal_code="04109",
            city="Leipzig",
            property_kind="multi_family",
            living_area=Decimal("1250.50"),
            plot_area=Decimal("300"),
            year_built=1911,
            property_street="Am Deich 7",
            property_postal_code="01067",
            property_city="Hamburg-Öjendorf",
            sell_horizon="12_months",
            value=489_000,
            value_from=0,
            value_to=2_000_000_000,
            value_provider="=Wertblick",
            value_link="https://wertblick.example/b?id=17;x",
            foreign_ids=[["Wertblick", "w-8812"], ["Portal B", "+49"]],
            campaign=[["utm_source", "google"]],
            further=[["Etage", "3. OG"], ["", "ohne: Aufzug"], ["Was noch?", "eins\nzwei; drei"]],
            source="portal",
            source_detail="=Inserat 17",
            due_on=date(2026, 12, 24),
            due_note="vor dem Fest",
            assignee=sofia,
            tags=["Erbe", "eilt"],
        ),
        ContactFactory(
            column=board["Auftrag erhalten"], first_name="", last_name='=HYPERLINK("x")', phone="0170 1100111"
        ),
        ContactFactory(
            column=board["Kein Auftrag"], first_name="@SUM", last_name="'Ohara", email="familie@example.org"
        ),
        ContactFactory(column=board["Neue Kontakte"], first_name="Eva", last_name="Ohara", email="familie@example.org"),
        ContactFactory(column=board["Neue Kontakte"], first_name="", last_name="", company="", phone="0170 1100110"),
    ]
    for contact in made:  # a file tells seconds
        contact.created_at = contact.created_at.replace(microsecond=0)
        contact.save(update_fields=["created_at"])
    return made


def content(account: Account) -> list[dict]:
    """What the office's contacts are, without ids and versions."""
    left_out = ("id", "account_id", "version", "search", "keys", "assignee_id")
    rows = Contact.objects.of(account).order_by("sort_name", "first_name", "email").values()
    status = dict(Contact.objects.of(account).values_list("pk", "card__column__name"))
    whose = dict(Contact.objects.of(account).values_list("pk", "assignee__last_name"))
    return [
        {name: value for name, value in row.items() if name not in left_out}
        | {"status": status[row["id"]], "assignee": whose[row["id"]]}
        for row in rows
    ]


def test_export_then_import_gives_the_same_contacts(anna, many, login):
    first = exported(login(anna))
    empty = AccountFactory(name="Filiale")
    create_board(empty)
    chief = UserFactory(account=empty, role="administrator")
    UserFactory(account=empty, first_name="Sofia", last_name="Vogt")
    assert outcomes(imported(chief, first)) == ["created"] * 5
    assert content(empty) == content(anna.account)
    second = exported(login(chief))
    assert _without_ids(second) == _without_ids(first)


def _without_ids(data: bytes) -> list[list[str]]:
    return sorted(cells[1:] for _line, cells in read(data).rows())


def test_importing_an_export_into_its_own_office_changes_nothing(anna, many, login):
    before = list(Contact.objects.of(anna.account).order_by("pk").values())
    assert outcomes(imported(anna, exported(login(anna)))) == ["unchanged"] * 5
    assert list(Contact.objects.of(anna.account).order_by("pk").values()) == before


def test_cells_that_a_spreadsheet_would_run_are_neutralised_and_phone_numbers_are_not(anna, many, login):
    text = exported(login(anna)).decode("utf-8-sig")
    cells = {cell.strip('"') for line in text.splitlines() for cell in line.split(";")}
    assert "'=Inserat 17" in cells
    assert "'@SUM" in cells
    assert '\'=HYPERLINK(""x"")' in cells
    assert "+49 (0)170/1234567" in cells
    assert not [cell for cell in cells if re.match(r"[=@]", cell)]


def test_the_file_is_what_a_spreadsheet_in_germany_opens(anna, many, login):
    data = exported(login(anna))
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Kontakt-ID;Anrede;Titel;Vorname;Nachname;Firma;")
    assert ";1250,50;300,00;1911;" in data.decode()
    assert ";24.12.2026;" in data.decode()


def test_the_time_zone_is_the_offices_while_the_file_is_sent(anna, many, login):
    Contact.objects.of(anna.account).update(created_at=datetime(2026, 5, 15, 0, 51, 18, 343886, UTC))
    assert b";15.05.2026 02:51:18;" in exported(login(anna))
    anna.account.time_zone = "America/New_York"
    anna.account.save()
    assert b";14.05.2026 20:51:18;" in exported(login(anna))


def test_an_export_is_read_back_in_the_time_zone_of_its_office(anna, many, login):
    Account.objects.update(time_zone="America/New_York")
    data = exported(login(anna), contact=[many[0].pk])
    empty = AccountFactory(name="Filiale", time_zone="America/New_York")
    create_board(empty)
    imported(UserFactory(account=empty, role="administrator"), data)
    assert Contact.objects.of(empty).get().created_at == many[0].created_at


@pytest.fixture
def storied(many) -> Contact:
    """A contact with evidence and a past, and one with so much of it that a cell would not hold it."""
    contact, at = many[0], datetime(2026, 3, 12, 9, 15, tzinfo=UTC)
    evidence = {"contact": contact, "account": contact.account, "wording": "Ja, gern.", "method": "form"}
    for channel, granted, days, address in (
        ("email", True, 0, "ada@example.org"),
        ("phone", True, 0, ""),
        ("phone", False, 5, ""),
        ("letter", True, -3, ""),
    ):
        when = at + timedelta(days=days)
        Consent.objects.create(**evidence, channel=channel, granted=granted, occurred_at=when, address=address)
    ActionFactory(contact=contact, kind="call", outcome="reached", performed_at=at, text="=ruft\nzurück; morgen")
    ActionFactory(contact=contact, performed_at=at - timedelta(days=1), text="x" * 500)
    ActionFactory(contact=contact, kind="onsite", performed_at=None, planned_for=at + timedelta(days=300))
    ActionFactory.create_batch(MAX_ACTIONS + 5, contact=many[3], text="y" * 200)
    return contact


def test_all_means_all_consents_and_actions_too(anna, storied, many, login):
    sheet = read(exported(login(anna)))
    told = {cells[0]: dict(zip(sheet.headers, cells, strict=True)) for _line, cells in sheet.rows()}
    mine = told[str(storied.pk)]
    assert mine["Stand der Einwilligung E-Mail"] == "erteilt seit 12.03.2026 10:15 für ada@example.org"
    assert mine["Stand der Einwilligung Telefon"] == "widerrufen seit 17.03.2026 10:15"
    assert mine["Stand der Einwilligung Post"] == "erteilt seit 09.03.2026 10:15"
    assert mine["Aktionen (neueste zuerst)"].split(" · ") == [
        "06.01.2027 10:15 Vor-Ort-Termin (geplant)",
        "12.03.2026 10:15 Anruf – erreicht: =ruft zurück; morgen",
        f"11.03.2026 10:15 Notiz: {'x' * 120}…",
    ]
    long = told[str(many[3].pk)]["Aktionen (neueste zuerst)"]
    assert (len(long.split(" · ")), long[-3:], len(long) < 32_767) == (MAX_ACTIONS + 1, "· …", True)
    assert {told[str(many[1].pk)][header] for header in ONLY_WRITTEN} == {""}


def test_an_import_ignores_consents_and_actions_of_an_export(anna, storied, login):
    data = exported(login(anna))
    again = imported(anna, data)
    assert (outcomes(again), left_out(again)) == (["unchanged"] * 5, [])
    empty = AccountFactory(name="Filiale")
    create_board(empty)
    sofia = UserFactory(account=empty, role="administrator", first_name="Sofia", last_name="Vogt")
    there = imported(sofia, exported(login(anna), contact=[storied.pk]))
    assert set(there.rows.values_list("outcome", "reason")) == {("created", "")}
    assert not Action.objects.of(empty).exists()
    assert not Consent.objects.of(empty).exists()


def test_ticked_contacts_only(anna, many, login):
    data = exported(login(anna), contact=[many[0].pk, many[3].pk])
    assert sorted(ids_in(data)) == [many[0].pk, many[3].pk]


def test_the_filter_finds_the_same_ids_as_the_list(anna, many, login):
    found = ids_in(exported(login(anna), filter="q=ohara", all="1"))
    assert sorted(found) == [many[2].pk, many[3].pk]
    assert sorted(ids_in(exported(login(anna), filter="due=set"))) == [many[0].pk]


def test_foreign_and_trashed_contacts_are_not_in_the_file(anna, paul, many, login):
    theirs = ContactFactory(account=paul.account, last_name="Fremd")
    put_in_trash(many[0])
    data = exported(login(anna), contact=[theirs.pk, many[0].pk, many[3].pk])
    assert ids_in_or_none(data) == [many[3].pk]


def ids_in_or_none(data: bytes) -> list[int]:
    try:
        return ids_in(data)
    except CsvError:
        return []


def test_colleagues_of_the_same_name_are_exported_with_their_address(anna, many, login):
    UserFactory(account=anna.account, first_name="Sofia", last_name="Vogt")
    assert ";Sofia Vogt;" not in exported(login(anna)).decode()
    assert many[0].assignee.email in exported(login(anna)).decode()


@pytest.mark.parametrize("role", ["agent", "marketing"])
def test_agents_and_marketing_do_not_export(anna, many, login, unwritten, role):
    client = login(UserFactory(account=anna.account, role=role))
    with unwritten():
        assert client.post(EXPORT, {"all": "1"}).status_code == 403


def test_the_link_of_another_user_does_not_exist(anna, mehmet, paul, many, login):
    link = login(anna).post(EXPORT, {"all": "1"}).headers["Location"]
    assert login(mehmet).get(link).status_code == 404
    assert login(paul).get(link).status_code == 404
    assert login(mehmet).get(f"{EXPORT}{uuid.uuid4()}/").status_code == 404


def test_a_user_who_became_an_agent_loses_the_link(anna, many, login):
    link = login(anna).post(EXPORT, {"all": "1"}).headers["Location"]
    anna.role = "agent"
    anna.save()
    assert login(anna).get(link).status_code == 403


def test_a_link_expires_after_an_hour(anna, many, login):
    client = login(anna)
    link = client.post(EXPORT, {"all": "1"}).headers["Location"]
    Export.objects.of(anna.account).update(created_at=timezone.now() - timedelta(minutes=61))
    response = client.get(link)
    assert (response.status_code, "abgelaufen" in page_of(response)) == (410, True)


def test_the_sixth_export_in_an_hour_is_refused(anna, mehmet, many, login, unwritten):
    client = login(anna)
    assert [client.post(EXPORT, {"all": "1"}).status_code for _time in range(5)] == [302] * 5
    sixth = client.post(EXPORT, {"all": "1"})
    assert (sixth.status_code, Export.objects.of(anna.account).count()) == (429, 5)
    assert "fünf Exporte" in page_of(sixth)
    assert login(mehmet).post(EXPORT, {"all": "1"}).status_code == 302
    Export.objects.of(anna.account).filter(user=anna).update(created_at=timezone.now() - timedelta(minutes=61))
    assert client.post(EXPORT, {"all": "1"}).status_code == 302


@pytest.mark.parametrize("data", [{}, {"contact": "x"}, {"contact": "1e3"}, {"contact": str(2**63)}, {"contact": "-1"}])
def test_an_empty_or_invalid_export_is_refused(anna, many, login, unwritten, data):
    client = login(anna)
    with unwritten():
        assert client.post(EXPORT, data).status_code == 422


def test_an_export_requires_post(anna, login, unwritten):
    client = login(anna)
    with unwritten():
        assert client.get(EXPORT).status_code == 405


def test_the_file_is_neither_kept_by_caches_nor_opened_in_the_browser(anna, many, login):
    client = login(anna)
    response = client.get(client.post(EXPORT, {"all": "1"}).headers["Location"])
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))
    assert re.fullmatch(
        r'attachment; filename="kontakte-\d{4}-\d\d-\d\d\.csv"', response.headers["Content-Disposition"]
    )


def test_downloading_writes_nothing(anna, many, login, unwritten):
    client = login(anna)
    link = client.post(EXPORT, {"all": "1"}).headers["Location"]
    with unwritten():
        assert len(b"".join(client.get(link).streaming_content)) > 500


def test_a_download_needs_the_same_queries_for_five_contacts_and_for_fifty(
    anna, many, login, django_assert_num_queries
):
    client = login(anna)
    link = client.post(EXPORT, {"all": "1"}).headers["Location"]
    for _more in range(2):
        with django_assert_num_queries(
            7
        ):  # session with user and account, export, colleagues, ids, contacts, their story
            b"".join(client.get(link).streaming_content)
        ContactFactory.create_batch(45, account=anna.account)


def test_every_column_of_the_file_has_a_value_or_is_empty_on_purpose(anna, many):
    export = Export(account=anna.account, user=anna, query="", ids=[many[0].pk])
    (row,) = _rows(export, anna)
    assert {key for key in COLUMNS if row[key] in (None, "", [])} == {"partner_title"}
