"""Telling people of contacts that wait: as each wishes, seldom, never twice, and nothing they may not see."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.core import mail

from accounts import members
from accounts.models import Account, Role, User
from contacts.models import Contact
from pipeline.alerts import mailing, telling, when, wishes
from pipeline.models import Alert, Card, Column, Wish
from tests.factories import ContactFactory, put_in_trash
from tests.funnel.sink import mail_server

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, 12:00 in Berlin


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def wish(user: User, **more: Any) -> None:
    said = {"mail": Wish.Mail.AT_ONCE, "leads": Wish.Leads.ALL, "quiet_from": time(20), "quiet_until": time(7)}
    wishes.settle(user=user, now=NOON, **(said | more))


def tell(*contacts: Contact, why: Alert.Why = Alert.Why.NEW, now: datetime = NOON, **more: Any) -> int:
    ids = [contact.pk for contact in contacts]
    if why == Alert.Why.WAITING:
        Card.objects.filter(pk__in=ids).update(waits_since=NOON)
    return telling.tell(account_id=contacts[0].account_id, contact_ids=ids, why=why, now=now, **more)


def sent(now: datetime = NOON) -> list[tuple[str, str]]:
    """Send what is due, and return whom with which subject."""
    mail.outbox.clear()
    mailing.send_due(now=now)
    return sorted((one.to[0], one.subject) for one in mail.outbox)


def test_everybody_is_told_as_they_wish(anna: User, mehmet: User, sofia: User, jan: User, mara: User) -> None:
    wish(anna)
    wish(mehmet, mail=Wish.Mail.NONE)
    wish(sofia, mail=Wish.Mail.GATHERED)
    wish(jan, leads=Wish.Leads.OWN)
    hers = ContactFactory(account=anna.account, last_name="Berg", assignee=sofia)
    assert tell(hers, now=at(1)) == 2
    assert sent(at(1)) == [(anna.email, "1 Kontakt wartet auf Sie")]
    (body,) = [one.body for one in mail.outbox]
    assert "Klara Berg (neu)\nhttp" in body and f"/contacts/{hers.pk}/" in body
    assert sent(at(14)) == []
    assert sent(at(15)) == [(sofia.email, "1 Kontakt wartet auf Sie")]
    assert sent(at(600)) == [] and not Alert.objects.exists()


def test_many_contacts_in_a_minute_are_few_mails(anna: User) -> None:
    wish(anna)
    mails, leads = [], [ContactFactory(account=anna.account) for _ in range(200)]
    for second in range(0, 3600, 10):
        now = NOON + timedelta(seconds=second)
        if batch := leads[second * 4 : second * 4 + 40]:
            tell(*batch, now=now)
        mails += sent(now)
    assert [subject for _to, subject in mails] == ["40 Kontakte warten auf Sie", "160 Kontakte warten auf Sie"]
    leads = [ContactFactory(account=anna.account) for _ in range(60)]
    hour = [sent(at(60 + minute)) for minute, lead in enumerate(leads) if tell(lead, now=at(60 + minute))]
    assert len([one for one in hour if one]) == when.MOST_AN_HOUR


def test_a_long_mail_names_some_and_counts_the_rest(anna: User) -> None:
    wish(anna)
    tell(*[ContactFactory(account=anna.account) for _ in range(25)])
    sent()
    body = mail.outbox[0].body
    assert body.count("/contacts/") == mailing.NAMED + 1 and "und 5 weitere auf der Pipeline:" in body


def test_told_again_before_it_is_sent_it_is_one_mail(anna: User) -> None:
    wish(anna, mail=Wish.Mail.GATHERED)
    contact = ContactFactory(account=anna.account)
    tell(contact, now=at(1))
    tell(contact, why=Alert.Why.WAITING, now=at(2))
    assert sent(at(15)) == [(anna.email, "1 Kontakt wartet auf Sie")]
    assert "(wartet auf eine erste Antwort)" in mail.outbox[0].body


def limit_agents(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(agents_see=Account.Sight.OWN)


def assign(contact: Contact, user: User | None) -> None:
    Contact.objects.filter(pk=contact.pk).update(assignee=user)


@pytest.mark.parametrize(
    "change",
    [
        lambda sofia, contact, anna: assign(contact, anna),
        lambda sofia, contact, anna: put_in_trash(contact),
        lambda sofia, contact, anna: members.deactivate(actor=anna, member_id=sofia.pk),
        lambda sofia, contact, anna: members.change_role(actor=anna, member_id=sofia.pk, role=Role.MARKETING),
        lambda sofia, contact, anna: Card.objects.filter(pk=contact.pk).update(
            column=Column.objects.of(anna.account).get(key="contacted")
        ),
        lambda sofia, contact, anna: Contact.objects.filter(pk=contact.pk).delete(),
        lambda sofia, contact, anna: wish(sofia, mail=Wish.Mail.NONE),
    ],
    ids=["another's", "trashed", "left", "marketing", "answered", "erased", "none wished"],
)
def test_what_changed_since_counts(sofia: User, anna: User, change: Any) -> None:
    limit_agents(sofia.account)
    wish(sofia, mail=Wish.Mail.GATHERED)
    contact = ContactFactory(account=sofia.account)
    assert tell(contact, user_ids=[sofia.pk], now=at(1)) == 1
    change(sofia, contact, anna)
    assert sent(at(15)) == [] and not Alert.objects.filter(by_mail=True).exists()


def test_only_who_sees_a_contact_is_told(sofia: User, jan: User, mara: User, paul: User) -> None:
    limit_agents(sofia.account)
    for user in (sofia, jan):
        wish(user)
    invited = members.invite(account=sofia.account, email="neu@krueger.example", role=Role.MANAGER)
    tell(ContactFactory(account=sofia.account, assignee=jan), why=Alert.Why.WAITING)
    assert sent() == [(jan.email, "1 Kontakt wartet auf Sie")]
    assert not Wish.objects.filter(user__in=[invited, mara, paul]).exists()


def test_somebody_who_is_named_hears_of_contacts_of_others(anna: User, sofia: User) -> None:
    wish(anna, leads=Wish.Leads.OWN)
    contact = ContactFactory(account=anna.account, assignee=sofia)
    assert tell(contact, why=Alert.Why.WAITING, user_ids=[anna.pk]) == 1
    assert sent() == [(anna.email, "1 Kontakt wartet auf Sie")]


def test_a_name_that_leads_somewhere_is_not_mailed(anna: User) -> None:
    wish(anna)
    names = ["Gewinn auf böse.example", "https://x", "Anruf 0900 123", "Berg\nhttp"]
    tell(*[ContactFactory(account=anna.account, last_name=name) for name in names[:3]])
    sent()
    body = mail.outbox[0].body
    assert body.count("Kontakt ohne Namen (neu)") == 3
    assert not any(name in body for name in names)


def test_what_falls_in_quiet_hours_comes_together_when_they_end(anna: User) -> None:
    wish(anna)
    night = datetime(2026, 11, 23, 20, 0, tzinfo=BERLIN)
    for hours in range(4):
        tell(ContactFactory(account=anna.account), now=night + timedelta(hours=hours))
    morning = datetime(2026, 11, 24, 7, 0, tzinfo=BERLIN)
    assert sent(morning - timedelta(seconds=1)) == []
    assert sent(morning) == [(anna.email, "4 Kontakte warten auf Sie")]


def test_quiet_hours_that_begin_meanwhile_count(anna: User) -> None:
    wish(anna, mail=Wish.Mail.GATHERED)
    tell(ContactFactory(account=anna.account), now=at(1))
    wish(anna, quiet_from=time(12), quiet_until=time(14))
    assert sent(at(15)) == [] and len(sent(at(120))) == 1


@pytest.mark.parametrize(
    ("now", "quiet", "expected"),
    [
        ("2026-11-23 12:00", (time(20), time(7)), "2026-11-23 12:00:00+01:00"),
        ("2026-11-23 20:00", (time(20), time(7)), "2026-11-24 07:00:00+01:00"),
        ("2026-11-24 06:59", (time(20), time(7)), "2026-11-24 07:00:00+01:00"),
        ("2026-11-24 07:00", (time(20), time(7)), "2026-11-24 07:00:00+01:00"),
        ("2026-11-24 12:30", (time(12), time(13)), "2026-11-24 13:00:00+01:00"),
        ("2026-03-28 23:00", (time(20), time(7)), "2026-03-29 07:00:00+02:00"),
        ("2026-03-29 01:30", (time(20), time(2, 30)), "2026-03-29 03:30:00+02:00"),
        ("2026-10-24 23:00", (time(20), time(7)), "2026-10-25 07:00:00+01:00"),
        ("2026-10-25 02:00", (time(20), time(2, 30)), "2026-10-25 02:30:00+02:00"),
    ],
)
def test_quiet_hours_are_those_of_the_offices_clock(now: str, quiet: tuple[time, time], expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=BERLIN).astimezone(UTC)
    due = when.due(now=moment, last=None, gathers=False, quiet=quiet, zone=BERLIN)
    assert str(due.astimezone(BERLIN)) == expected


def test_an_end_that_the_clock_shows_twice_does_not_send_in_the_second_hour() -> None:
    again = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN, fold=1).astimezone(UTC)
    due = when.due(now=again, last=None, gathers=False, quiet=(time(20), time(2, 30)), zone=BERLIN)
    assert due == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.fixture
def smtp(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"


def test_a_mail_server_that_is_away_loses_and_doubles_nothing(anna: User, smtp: None, settings: LazySettings) -> None:
    wish(anna)
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
    tell(ContactFactory(account=anna.account))
    mailing.send_due(now=NOON)
    assert Alert.objects.filter(by_mail=True).count() == 1
    with mail_server(settings.EMAIL_PORT) as server:
        server.answers["DATA"] = "451 later"
        mailing.send_due(now=at(2))
        assert server.mails == []
        tell(ContactFactory(account=anna.account), now=at(2))
        server.answers.clear()
        mailing.send_due(now=at(3))
        assert server.mails == []  # each attempt waits longer
        mailing.send_due(now=at(10))
        mailing.send_due(now=at(20))
        (one,) = server.sent_to(anna.email)
    assert one["Subject"] == "2 Kontakte warten auf Sie"
    assert not Alert.objects.exists()


def test_the_page_keeps_what_a_user_wishes(sofia: User, mara: User, login: Any) -> None:
    client = login(sofia)
    page = client.get("/settings/alerts/").content.decode()
    assert 'value="gathered" selected' in page and 'value="20:00"' in page
    said = {"mail": "at_once", "leads": "all", "quiet_from": "22:00", "quiet_until": ""}
    answer = client.post("/settings/alerts/", said)
    assert answer.status_code == 422 and "Bitte beide Zeiten angeben, oder keine." in answer.content.decode()
    assert not Wish.objects.exists()
    assert client.post("/settings/alerts/", said | {"quiet_until": "06:30"}).status_code == 302
    kept = Wish.objects.of(sofia.account).get(pk=sofia.pk)
    assert (kept.mail, kept.leads, kept.quiet_from, kept.quiet_until) == ("at_once", "all", time(22), time(6, 30))
    assert login(mara).get("/settings/alerts/").status_code == 403


def test_with_nothing_due_it_is_one_look(anna: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert mailing.send_due(now=NOON) == 0
