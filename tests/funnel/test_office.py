"""An office's sender, Impressum, sending window and holidays."""

import re
from datetime import date

import pytest
from django.http import Http404

from funnel import office
from funnel.models import Holiday, Sender
from funnel.permission.holidays import easter, nationwide
from tests.addresses import SENDER
from tests.funnel.mailing import MONDAY, ready
from tests.markup import page_of


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (1954, date(1954, 4, 18)),
        (1981, date(1981, 4, 19)),
        (2000, date(2000, 4, 23)),
        (2008, date(2008, 3, 23)),
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
        (2049, date(2049, 4, 18)),
        (2076, date(2076, 4, 19)),
    ],
)
def test_the_date_of_easter(year, sunday):
    assert easter(year) == sunday


def test_the_nine_nationwide_holidays_of_a_year():
    assert nationwide(2027) == [
        (date(2027, 1, 1), "Neujahr"),
        (date(2027, 3, 26), "Karfreitag"),
        (date(2027, 3, 29), "Ostermontag"),
        (date(2027, 5, 1), "Tag der Arbeit"),
        (date(2027, 5, 6), "Christi Himmelfahrt"),
        (date(2027, 5, 17), "Pfingstmontag"),
        (date(2027, 10, 3), "Tag der Deutschen Einheit"),
        (date(2027, 12, 25), "1. Weihnachtstag"),
        (date(2027, 12, 26), "2. Weihnachtstag"),
    ]


def test_nationwide_holidays_are_added_once_and_existing_ones_are_kept(anna, krueger):
    office.add_holiday(user=anna, day=date(2026, 12, 25), name="Betriebsferien")
    assert office.add_nationwide(user=anna, now=MONDAY) == 17
    assert office.add_nationwide(user=anna, now=MONDAY) == 0
    assert Holiday.objects.of(krueger).get(day=date(2026, 12, 25)).name == "Betriebsferien"
    assert Holiday.objects.of(krueger).count() == 18


def test_adding_a_holiday_again_replaces_its_name(anna, krueger):
    office.add_holiday(user=anna, day=date(2026, 12, 24), name="Heiligabend")
    office.add_holiday(user=anna, day=date(2026, 12, 24), name="frei")
    assert list(Holiday.objects.of(krueger).values_list("name", flat=True)) == ["frei"]


def test_a_holiday_of_another_office_is_a_404(anna, paul, unwritten):
    holiday = office.add_holiday(user=anna, day=date(2026, 12, 24), name="")
    with unwritten(), pytest.raises(Http404):
        office.remove_holiday(user=paul, holiday_id=holiday.pk)


@pytest.fixture
def page(login, anna):
    return login(anna)


def test_saving_over_newer_values_shows_both(page, login, mehmet, krueger, unwritten):
    ready(krueger)
    theirs = SENDER | {"city": "Bonn", "window_from": "10:00", "hue": "3"}
    assert login(mehmet).post("/settings/sender/", theirs).status_code == 302
    mine = SENDER | {"city": "Köln", "phone": "0221 1"}
    with unwritten():
        answer = page.post("/settings/sender/", mine)
    html = page_of(answer)
    assert answer.status_code == 409
    assert "soeben von jemand anderem geändert" in html
    pairs = re.findall(r"<dt>(.*?)</dt><dd>jetzt: <b>(.*?)</b><br>Ihr Wert: <b>(.*?)</b>", html)
    assert pairs == [
        ("Farbe der Mails", "3", "2"),
        ("Ort", "Bonn", "Köln"),
        ("Telefon", "–", "0221 1"),
        ("Versand ab", "10:00", "09:00"),
    ]
    assert 'name="version" value="2"' in html and 'value="Köln"' in html
    assert page.post("/settings/sender/", mine | {"version": "2"}).status_code == 302
    sender = Sender.objects.of(krueger).get()
    assert (sender.city, sender.phone, sender.version) == ("Köln", "0221 1", 3)


def test_saving_the_same_values_again_writes_nothing_for_any_version(page, anna, unwritten):
    page.post("/settings/sender/", SENDER)
    with unwritten():
        assert office.save_sender(user=anna, values={"hue": 2}, version=1, now=MONDAY).version == 2
    assert page.post("/settings/sender/", SENDER).status_code == 302


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 12])
def test_without_a_version_nothing_is_saved(page, version, unwritten):
    with unwritten():
        answer = page.post("/settings/sender/", SENDER | {"version": version})
    assert answer.status_code == 422
    assert "Bitte laden Sie die Seite neu" in page_of(answer)


def test_the_page_names_missing_fields_of_the_impressum(page, krueger):
    ready(krueger)
    assert "Das Impressum ist vollständig." in page_of(page.get("/settings/sender/"))
    Sender.objects.of(krueger).update(register="", phone="")
    html = page_of(page.get("/settings/sender/"))
    assert "Im Impressum fehlt: Telefon, Registergericht und -nummer." in html
    assert html.count("fehlt im Impressum") == 2
    Sender.objects.of(krueger).update(legal_form="sole")
    assert page_of(page.get("/settings/sender/")).count("fehlt im Impressum") == 1


def test_only_listed_fields_are_saved(page, krueger):
    smuggled = {"relay": "smtp://evil.example", "is_on": "", "account": "1"}
    assert page.post("/settings/sender/", SENDER | smuggled | {"city": "Köln"}).status_code == 302
    sender = Sender.objects.of(krueger).get()
    assert (sender.legal_name, sender.city, sender.hue) == ("Neue Firma", "Köln", 2)
    assert (sender.window_from.hour, sender.window_until.hour) == (9, 17)
    assert (sender.relay, sender.is_on) == ("", True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("window_until", "09:00"),
        ("window_from", "morgen"),
        ("max_per_day", "0"),
        ("max_per_week", "0"),
        ("max_per_day", "3"),
        ("hue", "13"),
        ("legal_form", "ltd"),
        ("email", "a@b.de,c@d.de"),
        ("contact_email", "niemand"),
        ("name", "Krüger\r\nBcc: x@y.de"),
        ("legal_name", "a\x00b"),
        ("city", "x" * 81),
        ("privacy_url", "javascript:alert(1)"),
        ("privacy_url", "krueger.example"),
    ],
)
def test_invalid_input_is_shown_again(page, field, value, unwritten):
    with unwritten():
        answer = page.post("/settings/sender/", SENDER | {"street": "Lindenallee 12", field: value})
    assert answer.status_code == 422
    assert "Lindenallee 12" in page_of(answer)


@pytest.mark.parametrize("day", ["", "30.02.2027", "bald", "2027-13-01", "\x00"])
def test_an_invalid_day_is_refused(page, day, unwritten):
    with unwritten():
        assert page.post("/settings/sender/holidays/", {"day": day}).status_code == 422


def test_holidays_and_the_switch_of_the_office(page, krueger):
    page.post("/settings/sender/holidays/", {"day": "2030-12-24", "name": "Heiligabend"})
    holiday = Holiday.objects.of(krueger).get()
    assert "24.12.2030" in page_of(page.get("/settings/sender/"))
    page.post(f"/settings/sender/holidays/{holiday.pk}/removal/")
    assert Holiday.objects.of(krueger).count() == 0
    page.post("/settings/sender/switch/", {"on": "0"})
    assert not Sender.objects.of(krueger).get().is_on
    assert "angehalten" in page_of(page.get("/funnel/"))
    assert page.post("/settings/sender/switch/", {"on": "x"}).status_code == 422


def test_the_number_of_statements_is_constant(page, anna, django_assert_max_num_queries):
    office.add_nationwide(user=anna, now=MONDAY)
    with django_assert_max_num_queries(6):
        page.get("/settings/sender/")
