"""Verdicts on refusals, by code and words as servers write them."""

import pytest

from funnel.incoming.bounces import MAX_LENGTH, BounceVerdict, judge, judge_answer

GONE = [
    ("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist"),
    ("5.1.1", ""),
    ("5.1.2", "host unknown"),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    ("5.1.10", "556 5.1.10 Recipient address has null MX"),
    ("5.0.0", "550 unknown user"),
    ("5.0.0", "smtp; 550 5.1.1 <max@kunde.example>: Recipient address rejected: User unknown"),
    ("5.2.1", "550-5.2.1 The email account that you tried to reach is inactive"),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
    ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)"),
    ("5.7.1", "550 5.7.1 <x>: User unknown in relay recipient table"),
    ("", "550 Requested action not taken: mailbox unavailable"),
    ("", "554 delivery error: This user doesn't have a yahoo.example account (max@kunde.example) [0]"),
    ("", "550 Benutzer unbekannt"),
    ("", "<max@kunde.example>: 550 no such user"),
]
TEMPORARY = [
    ("4.2.2", "452 4.2.2 no such user today"),
    ("4.4.1", "connection timed out"),
    ("", "450 Requested mail action not taken: mailbox unavailable"),
    ("5.0.0", "552 Requested mail action aborted: exceeded storage allocation; Quota exceeded"),
    ("5.1.1", "552 5.1.1 mailbox full"),
    ("5.2.2", "552 Requested mail action aborted: exceeded storage allocation"),
    ("5.2.2", "552-5.2.2 The email account that you tried to reach is over quota"),
    ("5.2.1", "550-5.2.1 The user you are trying to contact is receiving mail at a rate that"),
    ("5.2.121", "550 5.2.121 recipient's per hour message receive limit exceeded"),
    ("5.2.122", "550 The recipient has exceeded their limit for the number of messages they can receive"),
    ("5.4.4", "host or domain name not found"),
    ("5.0.0", "Host or domain name not found. Name service error for name=kunde.example type=AAAA"),
]
OWN_FAULT = [
    ("5.1.0", "550 5.1.0 sender rejected: IP blocked"),
    ("5.1.7", "550 5.1.7 Senders domain does not resolve"),
    ("5.1.8", "550 5.1.8 Access denied, bad outbound sender"),
    ("5.1.8", "553 5.1.8 Domain of sender address does not exist"),
    ("5.1.90", "Your message can't be sent because you've reached your daily limit for message recipients"),
    ("5.0.0", "554 Transaction failed Reject due to policy restrictions."),
    ("5.7.26", "Unauthenticated email from x is not accepted due to domain DMARC policy"),
    ("5.7.1", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.example"),
    ("5.7.1", "550 5.7.1 [192.0.2.1] Our system has detected that your IP has a low reputation"),
    ("5.7.606", "550 5.7.606 Access denied, banned sending IP [192.0.2.1]"),
    ("5.1.1", "550 5.1.1 sender address rejected: Domain not found"),
]
NEITHER = [
    ("5.0.0", "550 5.0.0 Message rejected: spam", BounceVerdict.FILTERED),
    ("5.7.1", "550 5.7.1 Message contains a virus", BounceVerdict.FILTERED),
    ("5.1.0", "550 5.1.0 unknown user", BounceVerdict.UNKNOWN),
    ("5.7.1", "550 5.7.1 Access denied", BounceVerdict.UNKNOWN),
    ("5.0.0", "something else", BounceVerdict.UNKNOWN),
    ("", "", BounceVerdict.UNKNOWN),
    ("nonsense", "\x00\udcff", BounceVerdict.UNKNOWN),
]


@pytest.mark.parametrize(("status", "words"), GONE)
def test_an_unknown_recipient_is_gone(status, words):
    assert judge(status, words) is BounceVerdict.GONE


@pytest.mark.parametrize(("status", "words"), TEMPORARY)
def test_full_mailboxes_rate_limits_and_outages_are_temporary(status, words):
    assert judge(status, words) is BounceVerdict.TEMPORARY


@pytest.mark.parametrize(("status", "words"), OWN_FAULT)
def test_refused_sender_server_and_limits_are_our_fault(status, words):
    assert judge(status, words) is BounceVerdict.OWN_FAULT


@pytest.mark.parametrize(("status", "words", "verdict"), NEITHER)
def test_filters_and_unknown_reasons_do_not_suppress(status, words, verdict):
    assert judge(status, words) is verdict


def test_words_inside_an_address_are_ignored():
    assert judge("5.7.1", "550 5.7.1 <spam-quota-unknown.user@kunde.example> no") is BounceVerdict.UNKNOWN


def test_the_response_of_our_own_server_is_classified_too():
    assert judge_answer("550 5.1.1 no such user") is BounceVerdict.GONE
    assert judge_answer("450 4.2.2 mailbox full") is BounceVerdict.TEMPORARY
    assert judge_answer("554 5.7.1 <max@kunde.example>: Relay access denied") is BounceVerdict.OWN_FAULT
    assert judge("5.7.1", "554 5.7.1 <max@kunde.example>: Relay access denied") is BounceVerdict.UNKNOWN


def test_only_the_beginning_of_a_long_response_is_read():
    assert judge("5.0.0", "x" * MAX_LENGTH + " user unknown") is BounceVerdict.UNKNOWN
