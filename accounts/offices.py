"""Offices: opening one, changing its plan and settings."""

from django.db import transaction

from accounts.models import Account
from accounts.telling import tell_access


@transaction.atomic
def open_office(*, name: str, plan: str) -> Account:
    """Create an office without users and board; `manage.py office create` adds both in the same transaction."""
    return Account.objects.create(name=name, plan=plan)


@transaction.atomic
def change_plan(*, account_id: int, plan: str) -> Account:
    """Change the plan. Deletes nothing: what a smaller plan lacks stays readable. Raises Account.DoesNotExist."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    return _write(account, plan=plan)


@transaction.atomic
def settle(*, account: Account, name: str, time_zone: str, agents_see: str, shows_presence: bool) -> Account:
    """Save the settings that administrators may change. The plan is not one of them."""
    locked = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    return _write(locked, name=name, time_zone=time_zone, agents_see=agents_see, shows_presence=shows_presence)


@transaction.atomic
def settle_hours(*, account: Account, office_hours: str, late_after: int | None, managers_after: int | None) -> bool:
    """Save when somebody of the office answers, and after how many minutes of that a lead is late and told to managers.

    Return whether that is something new.
    """
    locked = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    before = (locked.office_hours, locked.late_after, locked.managers_after)
    _write(locked, office_hours=office_hours, late_after=late_after, managers_after=managers_after)
    return before != (office_hours, late_after, managers_after)


def hold(account_id: int) -> Account:
    """Lock the office until the commit and return it as it is now: before all else that a verb locks."""
    return Account.objects.select_for_update(no_key=True).get(pk=account_id)


def give_in_turn(account: Account, is_on: bool) -> None:
    """Save whether leads are given to colleagues in turn. The caller holds the office, and has asked for its plan."""
    _write(account, assigns_in_turn=is_on)


def _write(account: Account, **values: str | int | None) -> Account:
    changed = {name: value for name, value in values.items() if getattr(account, name) != value}
    for name, value in changed.items():
        setattr(account, name, value)
    if changed:
        account.save(update_fields=[*changed])
        tell_access(account.pk, None)
    return account
