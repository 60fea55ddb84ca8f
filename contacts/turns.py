"""Giving leads that arrive by themselves to colleagues in turn: by the first rule that fits, or else everybody's.

The turn is the smooth weighted round robin of nginx: each lead adds to every colleague who is here their weight, the
one with the most gets it and pays the weights of all. So each has their exact share of any run of leads, and never all
of it at once. Who is away, has left or cannot work on contacts is passed over, and pays nothing meanwhile.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import offices, plans
from accounts.models import Account, Role, User
from base.sql import one_row
from contacts import assignment
from contacts.choices import Source
from contacts.turn_models import TurnRule, TurnShare

MAX_RULES = 50
MAX_WEIGHT = 10
IN_TURN = "turn"
CHOOSE = f"""
WITH here AS (
    SELECT person.id, person.first_name, person.last_name, person.email
    FROM accounts_user AS person JOIN accounts_account AS office ON office.id = person.account_id
    WHERE office.id = %(account)s AND office.assigns_in_turn AND office.plan = ANY(%(plans)s)
      AND person.is_active AND person.role <> '{Role.MARKETING}' AND person.password NOT LIKE '!%%'
      AND (person.absent_from IS NULL OR person.absent_from > %(today)s::date OR person.absent_until < %(today)s::date)
), part AS (
    SELECT share.id, share.rule_id, share.user_id, share.weight, share.credit + share.weight AS credit
    FROM contacts_turnshare AS share JOIN here ON here.id = share.user_id
    WHERE share.account_id = %(account)s AND share.weight > 0
), fitting AS (
    SELECT rule.id, rule.source, (
        SELECT prefix FROM unnest(rule.prefixes) AS prefix WHERE starts_with(%(postal_code)s::text, prefix)
        ORDER BY length(prefix) DESC LIMIT 1
    ) AS prefix
    FROM contacts_turnrule AS rule
    WHERE rule.account_id = %(account)s AND rule.source IN ('', %(source)s)
      AND (rule.prefixes = '{{}}'
           OR EXISTS (SELECT FROM unnest(rule.prefixes) AS prefix WHERE starts_with(%(postal_code)s::text, prefix)))
      AND EXISTS (SELECT FROM part WHERE part.rule_id = rule.id)
    ORDER BY rule.position LIMIT 1
), pool AS (
    SELECT * FROM part WHERE rule_id IS NOT DISTINCT FROM (SELECT id FROM fitting)
), picked AS (
    SELECT id, user_id FROM pool ORDER BY credit DESC, id LIMIT 1
), paid AS (
    UPDATE contacts_turnshare AS share
    SET credit = pool.credit - CASE WHEN pool.id = picked.id THEN (SELECT sum(weight) FROM pool) ELSE 0 END
    FROM pool, picked WHERE share.id = pool.id
)
SELECT here.id, here.first_name, here.last_name, here.email, fitting.prefix, fitting.source
FROM picked JOIN here ON here.id = picked.user_id LEFT JOIN fitting ON true
"""


class Choice(NamedTuple):
    """Who is given a lead, by what name the history knows them, and why, as `reason` says it."""

    user_id: int
    name: str
    why: str


def choose(account: Account, values: Mapping[str, Any], now: datetime) -> Choice | None:
    """Return who is given a new contact with these values, and take their turn; None: nobody.

    One statement, and none while the office has it switched off. The caller holds the account's lock, so that turns are
    taken one after the other, and nobody leaves, goes away or loses the plan meanwhile.
    """
    if not account.assigns_in_turn:
        return None
    asked = {
        "account": account.pk,
        "plans": [plan for plan in plans.Plan.values if plans.can(plan, plans.Feature.ASSIGN)],
        "today": now.astimezone(account.zone).date(),
        "postal_code": values.get("property_postal_code") or values.get("postal_code") or "",
        "source": str(values.get("source") or ""),
    }
    row = one_row(CHOOSE, asked)
    if row is None:
        return None
    user_id, first_name, last_name, email, prefix, source = row
    why = f"plz:{prefix}" if prefix else f"source:{source}" if source else IN_TURN
    return Choice(user_id, User(first_name=first_name, last_name=last_name, email=email).full_name, why)


def reason(chosen_by: str) -> str:
    """Return why the product chose somebody: „PLZ 21…“, „Portal“, „der Reihe nach“; "" if it did not."""
    kind, _colon, value = chosen_by.partition(":")
    match kind:
        case "":
            return ""
        case "plz":
            return _("PLZ %(prefix)s…") % {"prefix": value}
        case "source" if value in Source.values:
            return str(Source(value).label)
        case _:
            return _("der Reihe nach")


def told(chosen_by: str) -> str:
    """Return the words of a card: „automatisch: PLZ 21…“."""
    return _("automatisch: %(why)s") % {"why": reason(chosen_by)} if chosen_by else ""


class Rule(NamedTuple):
    """A rule as an administrator wants it, in the order of the list. `pk` None: a new one."""

    pk: int | None
    prefixes: list[str]
    source: str
    user_ids: Collection[int]


@transaction.atomic
def settle(*, actor: User, is_on: bool, weights: Mapping[int, int], rules: Collection[Rule]) -> None:
    """Save whether leads are given in turn, each colleague's weight (0: never), and the rules in their order.

    Idempotent: who stays in a turn keeps their place in it. Raises Forbidden without the plan, NotUnderstood for a
    colleague who is not available. Rules of others do not exist.
    """
    account = offices.hold(actor.account_id)
    if not plans.can(account.plan, plans.Feature.ASSIGN):
        raise assignment.not_in_plan()
    known = set(assignment.available(account).values_list("pk", flat=True))
    if not known.issuperset([*weights, *(pk for rule in rules for pk in rule.user_ids)]):
        raise assignment.unavailable()
    offices.give_in_turn(account, is_on)
    _share(account, None, weights)
    there = {rule.pk: rule for rule in TurnRule.objects.of(account)}
    kept = {rule.pk for rule in rules if rule.pk in there}
    TurnShare.objects.of(account).filter(rule__in=there.keys() - kept).delete()
    TurnRule.objects.of(account).filter(pk__in=there.keys() - kept).delete()
    for place, pk in enumerate(sorted(kept, key=lambda pk: -there[pk].position)):  # out of the way of their new places
        TurnRule.objects.of(account).filter(pk=pk).update(position=2 * MAX_RULES + len(there) + place)
    for position, asked in enumerate(rules):
        rule = there[asked.pk] if asked.pk in kept else TurnRule(account=account)
        rule.position, rule.prefixes, rule.source = position, asked.prefixes, asked.source
        rule.save()
        _share(account, rule, dict.fromkeys(asked.user_ids, 1))


def _share(account: Account, rule: TurnRule | None, weights: Mapping[int, int]) -> None:
    shares = TurnShare.objects.of(account).filter(rule=rule)
    shares.exclude(user__in=[*weights]).delete()
    there = {share.user_id: share for share in shares}
    for user_id, weight in weights.items():
        share = there.get(user_id) or TurnShare(account=account, rule=rule, user_id=user_id)
        if share.pk is None or share.weight != weight:
            share.weight, share.credit = weight, 0
            share.save()
