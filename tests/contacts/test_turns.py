"""Leads that arrive by themselves are given in turn: exactly by weight, by the first rule that fits, to who is here."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import members, offices
from accounts.models import Account
from base.refusals import Forbidden, NotUnderstood
from contacts import assignment, turns
from contacts.models import Change, Contact
from contacts.turn_models import TurnRule, TurnShare
from contacts.turns import Rule
from pipeline import entering
from pipeline.inquiries import take_in
from pipeline.models import Card
from tests.factories import UserFactory
from tests.funnel.mailing import MONDAY as NOW
from tests.markup import page_of


@pytest.fixture
def turn(anna, mehmet, sofia, jan, mara):
    """Switch it on with these weights and rules; return the office as it is then."""

    def on(weights=None, *rules, is_on=True):
        weights = {sofia: 1, jan: 1} if weights is None else weights
        turns.settle(actor=anna, is_on=is_on, weights={user.pk: one for user, one in weights.items()}, rules=rules)
        return Account.objects.get(pk=anna.account_id)

    return on


def take(account, number=0, now=NOW, **values):
    return take_in(account=account, values={"last_name": f"Lead{number}"} | values, now=now).contact


def given(account, leads, **values):
    """The first names of those who are given so many leads, in order."""
    found = [take(account, number, **values).assignee for number in range(leads)]
    return [user.first_name if user else "" for user in found]


def rule(users, prefixes=(), source="", pk=None):
    return Rule(pk, list(prefixes), source, [user.pk for user in users])


def test_off_by_default_and_then_nobody_is_given_anything(krueger, sofia):
    assert krueger.assigns_in_turn is False
    assert given(krueger, 2) == ["", ""]


def test_each_has_their_exact_share_and_not_all_at_once(turn, sofia, jan, mehmet, anna):
    office = turn({sofia: 2, jan: 1, mehmet: 1, anna: 0})
    found = given(office, 12)
    assert Counter(found) == {"Sofia": 6, "Jan": 3, "Mehmet": 3}
    assert all(Counter(found[start : start + 4])["Sofia"] == 2 for start in (0, 4, 8))


def test_the_history_and_the_card_say_why(turn, sofia, login):
    office = turn({sofia: 1}, rule([sofia], ["21", "2"]), rule([sofia], source="portal"))
    for number, values in enumerate(({"postal_code": "21079"}, {"source": "portal"}, {"postal_code": "10115"})):
        take(office, number, **values)
    whys = list(Card.objects.order_by("pk").values_list("chosen_by", flat=True))
    assert whys == ["plz:21", "source:portal", "turn"]
    changes = Change.objects.filter(kind="assigned").order_by("pk").values_list("after", "actor")
    assert list(changes) == [
        ("Sofia Vogt (PLZ 21…)", None),
        ("Sofia Vogt (Portal)", None),
        ("Sofia Vogt (der Reihe nach)", None),
    ]
    html = page_of(login(sofia).get("/contacts/board/"))
    for why in ("PLZ 21…", "Portal", "der Reihe nach"):
        assert html.count(f"automatisch: {why}") == 1
    page = page_of(login(sofia).get(Contact.objects.order_by("pk").first().get_absolute_url()))
    assert "automatisch: PLZ 21…" in page and "Zugewiesen an Sofia Vogt (PLZ 21…)" in page


def test_another_assignee_by_hand_ends_the_why(turn, sofia, jan):
    contact = take(turn({sofia: 1}))
    assignment.assign(contact=contact, assignee=jan, actor=sofia, now=NOW)
    assert Card.objects.get().chosen_by == ""


def test_the_first_rule_that_fits_counts_and_a_group_has_its_own_turn(turn, sofia, jan, mehmet):
    office = turn({sofia: 1}, rule([jan, mehmet], ["20", "21"]), rule([sofia], ["2"]))
    assert given(office, 3, postal_code="21079") == ["Jan", "Mehmet", "Jan"]
    assert given(office, 1, postal_code="22111") == ["Sofia"]
    assert given(office, 1, postal_code="10115", property_postal_code="20095") == ["Mehmet"]
    assert given(office, 1, postal_code="21079", property_postal_code="10115") == ["Sofia"]


def test_a_rule_may_ask_for_both_place_and_source(turn, sofia, jan):
    office = turn({sofia: 1}, rule([jan], ["21"], "portal"))
    assert given(office, 1, postal_code="21079", source="form") == ["Sofia"]
    assert given(office, 1, postal_code="21079", source="portal") == ["Jan"]


@pytest.mark.parametrize("how", ["absent", "left", "marketing"])
def test_who_is_not_here_is_passed_over(turn, anna, sofia, jan, how):
    office = turn(None, rule([sofia], ["21"]))
    if how == "absent":
        days = {"absent_from": date(2026, 1, 1), "absent_until": None}
        members.be_absent(actor=anna, member_id=sofia.pk, **days)
    elif how == "left":
        members.deactivate(actor=anna, member_id=sofia.pk)
    else:
        members.change_role(actor=anna, member_id=sofia.pk, role="marketing")
    assert given(office, 3, postal_code="21079") == ["Jan"] * 3


def test_the_last_day_of_an_absence_is_absence_in_the_offices_zone(turn, anna, sofia):
    office = turn({sofia: 1})
    last = NOW.astimezone(office.zone).date()
    members.be_absent(actor=anna, member_id=sofia.pk, absent_from=last, absent_until=last)
    midnight = NOW.astimezone(office.zone).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    found = [
        take(office, number, now=now).assignee for number, now in enumerate((midnight - timedelta(1 / 86400), midnight))
    ]
    assert found == [None, sofia]


def test_without_anybody_in_turn_a_lead_is_nobodys(turn):
    assert given(turn({}), 1) == [""]


def test_known_people_and_entries_by_hand_stay_as_they_are(turn, sofia, jan, board):
    office = turn(is_on=False)
    known = take(office, email="klara@lead.example")
    office = turn()
    again = take(office, email="klara@lead.example")
    assert (again, again.assignee) == (known, None)
    values = {"values": {"last_name": "Hand"}, "column": board["Neue Kontakte"], "assignee": None}
    assert entering.enter(user=sofia, now=NOW, **values).assignee is None


def test_a_smaller_plan_gives_nothing_and_keeps_what_was_set_up(turn, anna):
    office = turn()
    offices.change_plan(account_id=office.pk, plan="starter")
    assert given(office, 1) == [""]
    assert TurnShare.objects.count() == 2
    with pytest.raises(Forbidden):
        turns.settle(actor=anna, is_on=True, weights={}, rules=[])


def test_it_costs_a_lead_one_statement_and_none_while_it_is_off(turn, krueger):
    def statements(account, number):
        with CaptureQueriesContext(
            connection,
        ) as found:
            take(account, number)
        return len(found)

    off = [statements(krueger, number) for number in range(3)]
    on = turn()
    assert {statements(on, number) for number in range(3, 6)} == {off[-1] + 1}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_give_a_fair_turn(turn, sofia, jan, mehmet):
    office = turn({sofia: 2, jan: 1, mehmet: 1})

    def work(worker):
        try:
            for number in range(10):
                take(office, 100 * worker + number)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (1, 2)))
    found = Counter(Contact.objects.values_list("assignee__first_name", flat=True))
    assert found == {"Sofia": 10, "Jan": 5, "Mehmet": 5}


def test_saving_again_keeps_everybodys_place(turn, sofia, jan):
    office = turn(None, rule([sofia, jan], ["21"]))
    first = given(office, 1) + given(office, 1, postal_code="21079")
    pk = TurnRule.objects.get().pk
    office = turn(None, rule([sofia, jan], ["21"], pk=pk))
    assert TurnRule.objects.get().pk == pk
    second = given(office, 1) + given(office, 1, postal_code="21079")
    assert [{*pair} for pair in zip(first, second, strict=True)] == [{"Sofia", "Jan"}] * 2


def test_colleagues_and_rules_of_others_do_not_exist(turn, anna, sofia, hansen, paul, unwritten):
    theirs = TurnRule.objects.create(account=hansen, position=0, prefixes=["1"])
    with unwritten(), pytest.raises(NotUnderstood):
        turns.settle(actor=anna, is_on=True, weights={paul.pk: 1}, rules=[])
    turn(None, rule([sofia], ["21"], pk=theirs.pk))
    assert TurnRule.objects.get(pk=theirs.pk).prefixes == ["1"]
    assert TurnRule.objects.of(anna.account).get().prefixes == ["21"]


# The page


def form(users, **more):
    return {"is_on": "on", "rows": "3"} | {f"weight_{user.pk}": "1" for user in users} | more


def test_the_page_saves_weights_and_rules_in_their_order(login, anna, sofia, jan):
    client = login(anna)
    first = {"rule-0-prefixes": "21, 22", "rule-0-users": [sofia.pk, jan.pk], "rule-0-place": "2"}
    second = {"rule-1-source": "portal", "rule-1-users": [jan.pk], "rule-1-place": "1"}
    answer = client.post("/settings/turn/", form([anna, sofia, jan], **first, **second) | {f"weight_{sofia.pk}": "3"})
    assert answer.status_code == 302
    assert Account.objects.get(pk=anna.account_id).assigns_in_turn
    assert list(TurnRule.objects.values_list("prefixes", "source")) == [([], "portal"), (["21", "22"], "")]
    weights = TurnShare.objects.filter(rule=None).order_by("user__first_name").values_list("weight", flat=True)
    assert list(weights) == [1, 1, 3]
    html = page_of(client.get("/settings/turn/"))
    assert 'value="21, 22"' in html and html.count('<fieldset class="rule">') == 5
    pk = TurnRule.objects.first().pk
    client.post("/settings/turn/", form([anna, sofia, jan], **{"rule-0-pk": pk, "rule-0-place": "1"}))
    assert not TurnRule.objects.exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"rule-0-prefixes": "21"}, "Bitte mindestens einen Mitarbeiter ankreuzen."),
        ({"rule-0-prefixes": "<b>", "rule-0-users": "sofia"}, "ist kein Anfang einer Postleitzahl"),
        ({"rule-0-users": "sofia"}, "Bitte eine Postleitzahl oder eine Quelle angeben."),
        ({"rule-0-prefixes": "21", "rule-0-users": "999999"}, "Bitte eine gültige Auswahl"),
        ({"weight_sofia": "11"}, "kleiner oder gleich 10"),
        ({"weight_sofia": "viel"}, "ganze Zahl"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(login, anna, sofia, unwritten, more, sentence):
    body = form([anna, sofia]) | {
        name.replace("sofia", str(sofia.pk)): str(sofia.pk) if value == "sofia" else value
        for name, value in more.items()
    }
    client = login(anna)
    with unwritten():
        answer = client.post("/settings/turn/", body)
    assert answer.status_code == 422
    assert sentence in page_of(answer) or "Auswahl" in sentence


def test_the_smaller_plan_says_why_not(login, paul, unwritten):
    client = login(paul)
    with unwritten():
        for answer in (client.get("/settings/turn/"), client.post("/settings/turn/", {"is_on": "on", "rows": "0"})):
            assert answer.status_code == 403
            assert "Nur im Expert-Paket" in page_of(answer)


def test_only_the_plan_that_includes_it_leads_to_it(login, anna, paul):
    shown = ["/settings/turn/" in page_of(login(user).get("/settings/hours/")) for user in (anna, paul)]
    assert shown == [True, False]


# Absence


def test_administrators_enter_an_absence_and_the_menu_shows_it(login, anna, sofia):
    client, today = login(anna), timezone.localdate()
    page = f"/settings/members/{sofia.pk}/"
    end = today + timedelta(days=3)
    answer = client.post(f"{page}absence/", {"absent_from": today.isoformat(), "absent_until": end.isoformat()})
    assert answer.status_code == 302
    assert f'value="{end.isoformat()}"' in page_of(client.get(page))
    contact = take(anna.account, now=timezone.now())
    menu = page_of(client.get(f"/contacts/{contact.pk}/assignee/"))
    assert f"abwesend bis {end:%d.%m.}" in menu
    client.post(f"{page}absence/", {"absent_from": "", "absent_until": ""})
    assert "abwesend" not in page_of(client.get(f"/contacts/{contact.pk}/assignee/"))


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("", "2026-12-01", "Bitte auch den ersten Tag angeben."),
        ("2026-12-02", "2026-12-01", "Der letzte Tag liegt vor dem ersten."),
        ("bald", "", "Bitte ein Datum wie"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(login, anna, unwritten, start, end, sentence):
    member = UserFactory(account=anna.account)
    client = login(anna)
    with unwritten():
        answer = client.post(f"/settings/members/{member.pk}/absence/", {"absent_from": start, "absent_until": end})
    assert answer.status_code == 422
    assert sentence in page_of(answer)
