"""Unsubscribing takes effect at commit, once, for one office and address, and survives erasure and another import."""

from datetime import timedelta

import pytest
from django.http import Http404

from base.refusals import Conflict, Forbidden, Gone, NotUnderstood
from contacts.models import Action, Consent
from funnel.models import Message, MessageReason, Suppression
from funnel.permission import eligibility
from funnel.permission.suppression import address_hash, is_suppressed
from funnel.permission.tokens import read, unsubscribe_token
from funnel.replies import withdrawal
from pipeline import leads
from tests.factories import ActionFactory, ContactFactory, put_in_trash
from tests.funnel.consenting import NOW, consenting, contact_again, ended, enrol, series, states

LATER = NOW + timedelta(hours=1)
ADDRESS = "klara@lead.example"


@pytest.fixture
def klara(krueger):
    return consenting(krueger, ADDRESS)


@pytest.fixture
def unsubscription(klara, krueger):
    (first, *_) = enrol(klara, series(krueger))
    return read(unsubscribe_token(first))


def opt_outs(contact):
    return Action.objects.filter(contact=contact, kind="opt_out").count()


def test_unsubscribing_stops_suppresses_and_is_kept_as_evidence(klara, unsubscription):
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    assert ended(klara) == "unsubscribed"
    assert states(klara) == ["cancelled"] * 3
    assert is_suppressed(klara.account_id, "Klara@Lead.example")
    assert eligibility.missing(klara) == MessageReason.SUPPRESSED
    evidence = Consent.objects.filter(contact=klara).latest("pk")
    assert (evidence.granted, evidence.channel, evidence.method) == (False, "email", "form")
    assert evidence.occurred_at == evidence.recorded_at == LATER
    assert evidence.recorded_by is None
    assert evidence.place == "Abmeldelink einer E-Mail an k•••@l•••.example"
    assert contact_again(klara).action_counts == {"opt_out": 1}
    assert contact_again(klara).last_action_at is None


def test_unsubscribing_again_writes_nothing(klara, unsubscription, unwritten):
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    before = (Consent.objects.count(), Action.objects.count(), Suppression.objects.get().at)
    for hours in (1, 2, 50_000):
        withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER + timedelta(hours=hours))
    assert (Consent.objects.count(), Action.objects.count(), Suppression.objects.get().at) == before


def test_claimed_mails_are_cancelled_too(klara, unsubscription):
    Message.objects.filter(step__position=0).update(state="claimed", claimed_at=NOW)
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    assert states(klara) == ["cancelled"] * 3


def test_sent_mails_stay_sent(klara, unsubscription):
    Message.objects.filter(step__position=0).update(state="sent", finished_at=NOW)
    ActionFactory(contact=klara, kind="funnel_mail")
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    assert states(klara) == ["sent", "cancelled", "cancelled"]


def test_unsubscribing_counts_for_all_contacts_with_the_address(klara, unsubscription, krueger):
    other = consenting(krueger, ADDRESS.upper())
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    assert (opt_outs(klara), opt_outs(other)) == (1, 1)
    assert eligibility.with_consent([klara.pk, other.pk], krueger.pk) == set()


def test_other_addresses_and_other_offices_are_not_affected(klara, unsubscription, krueger, hansen):
    neighbour = consenting(krueger, "nachbar@lead.example")
    enrol(neighbour, series(krueger))
    elsewhere = consenting(hansen, ADDRESS)
    enrol(elsewhere, series(hansen))
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    for contact in (neighbour, elsewhere):
        assert states(contact) == ["planned"] * 3
        assert eligibility.missing(contact) == ""
        assert opt_outs(contact) == 0


def test_unsubscribing_works_after_erasure_and_applies_to_a_new_contact(klara, unsubscription, krueger, anna):
    leads.trash(user=anna, contact_ids=[klara.pk], now=NOW)
    leads.erase_expired(now=NOW + timedelta(days=31))
    assert not Message.objects.exists()
    again = consenting(krueger, ADDRESS)  # another id: taken in anew
    withdrawal.unsubscribe(unsubscription=unsubscription, now=NOW + timedelta(days=1000))
    assert eligibility.missing(again) == MessageReason.SUPPRESSED
    assert opt_outs(again) == 1


def test_a_suppression_survives_erasure(klara, unsubscription, krueger, anna):
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    leads.trash(user=anna, contact_ids=[klara.pk], now=NOW)
    leads.erase_expired(now=NOW + timedelta(days=31))
    assert not Consent.objects.exists()
    assert eligibility.missing(consenting(krueger, ADDRESS)) == MessageReason.SUPPRESSED


def test_unsubscribing_also_applies_to_a_new_address_of_the_contact(klara, unsubscription):
    klara.email = "neu@lead.example"
    klara.save(update_fields=["email"])
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    assert is_suppressed(klara.account_id, ADDRESS)
    assert not is_suppressed(klara.account_id, "neu@lead.example")
    assert eligibility.missing(klara) == MessageReason.NO_CONSENT
    assert ended(klara) == "unsubscribed"


def test_a_contact_in_the_trash_can_unsubscribe(klara, unsubscription):
    put_in_trash(klara)
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    assert opt_outs(klara) == 1


def test_the_link_of_a_deleted_office_is_invalid(klara, unsubscription):
    with pytest.raises(Http404):
        withdrawal.unsubscribe(
            unsubscription=type(unsubscription)(
                999_999, unsubscription.contact_id, unsubscription.digest, unsubscription.masked
            ),
            now=LATER,
        )
    assert not Suppression.objects.exists()


def test_an_objection_names_the_colleague_and_the_way(klara, unsubscription, sofia):
    withdrawal.object_to(user=sofia, contact_id=klara.pk, method="spoken", place="am Telefon", now=LATER)
    evidence = Consent.objects.filter(contact=klara).latest("pk")
    assert (evidence.granted, evidence.method, evidence.place) == (False, "spoken", "am Telefon")
    assert evidence.recorded_by == sofia
    assert ended(klara) == "objection"
    assert Suppression.objects.get().reason == "objection"
    withdrawal.object_to(user=sofia, contact_id=klara.pk, method="spoken", now=LATER)
    assert opt_outs(klara) == 1


def test_an_objection_can_apply_to_every_channel(klara, sofia):
    withdrawal.object_to(user=sofia, contact_id=klara.pk, method="written", everything=True, now=LATER)
    said_no = Consent.objects.filter(contact=klara, granted=False).values_list("channel", flat=True)
    assert sorted(said_no) == ["email", "letter", "phone"]


def test_contacts_without_address_can_object(krueger, sofia):
    contact = ContactFactory(account=krueger, email="")
    withdrawal.object_to(user=sofia, contact_id=contact.pk, method="spoken", now=LATER)
    assert opt_outs(contact) == 1
    assert not Suppression.objects.exists()
    assert eligibility.with_consent([contact.pk], krueger.pk) == set()


def test_foreign_and_trashed_contacts_are_refused(klara, sofia, paul):
    with pytest.raises(Http404):
        withdrawal.object_to(user=paul, contact_id=klara.pk, method="spoken", now=LATER)
    with pytest.raises(NotUnderstood):
        withdrawal.object_to(user=sofia, contact_id=klara.pk, method="double_opt_in", now=LATER)
    put_in_trash(klara)
    with pytest.raises(Gone):
        withdrawal.object_to(user=sofia, contact_id=klara.pk, method="spoken", now=LATER)
    assert not Suppression.objects.exists()


def lift(user, contact, **values):
    values = {"wording": "Doch, gern.", "method": "written", "now": LATER + timedelta(days=2), **values}
    return withdrawal.lift(user=user, contact_id=contact.pk, **values)


def test_an_administrator_lifts_a_suppression_with_new_evidence(klara, unsubscription, anna):
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    lift(anna, klara, occurred_at=LATER + timedelta(days=1))
    assert eligibility.missing(klara) == ""
    evidence = Consent.objects.filter(contact=klara).latest("pk")
    assert (evidence.granted, evidence.wording, evidence.recorded_by) == (True, "Doch, gern.", anna)
    with pytest.raises(Conflict):
        lift(anna, klara)


def test_a_suppression_is_not_lifted_by_others_nor_by_old_evidence(klara, unsubscription, anna, mehmet, paul):
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    with pytest.raises(Forbidden):
        lift(mehmet, klara)
    with pytest.raises(Http404):
        lift(paul, klara)
    with pytest.raises(NotUnderstood):
        lift(anna, klara, occurred_at=LATER)
    with pytest.raises(NotUnderstood):
        lift(anna, klara, wording=" ")
    assert eligibility.missing(klara) == MessageReason.SUPPRESSED
    assert Consent.objects.filter(contact=klara, granted=True).count() == 1


def test_after_lifting_the_same_link_works_again(klara, unsubscription, anna):
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    lift(anna, klara)
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER + timedelta(days=9))
    assert eligibility.missing(klara) == MessageReason.SUPPRESSED
    assert opt_outs(klara) == 2


def test_an_objection_replaces_a_bounce(krueger):
    digest = address_hash(krueger.pk, ADDRESS)
    reasons = []
    for reason in ("bounce", "objection", "unsubscribed", "bounce"):
        withdrawal.suppress(account_id=krueger.pk, digest=digest, reason=reason, now=NOW)
        reasons.append(Suppression.objects.get().reason)
    assert reasons == ["bounce", "objection", "objection", "objection"]


def test_a_withdrawal_survives_a_changed_token_key(klara, unsubscription, settings, anna):
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)
    settings.TOKEN_KEY_FALLBACKS, settings.TOKEN_KEY = [settings.TOKEN_KEY], "another"
    assert eligibility.missing(klara) == MessageReason.SUPPRESSED
    withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)  # the link of a mail from before
    assert opt_outs(klara) == 1
    lift(anna, klara)
    assert eligibility.missing(klara) == ""
