"""Offices: opening one, changing its plan and settings."""

from django.db import transaction

from accounts.models import Account


@transaction.atomic
def open_office(*, name: str, plan: str) -> Account:
    """Create an office without users and board; `manage.py office create` adds both in the same transaction."""
    return Account.objects.create(name=name, plan=plan)


@transaction.atomic
def change_plan(*, account_id: int, plan: str) -> Account:
    """Change the plan. Deletes nothing: what a smaller plan lacks stays readable. Raises Account.DoesNotExist."""
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    account.plan = plan
    account.save(update_fields=["plan"])
    return account


@transaction.atomic
def settle(*, account: Account, name: str, time_zone: str, agents_see: str) -> Account:
    """Save the settings that administrators may change. The plan is not one of them."""
    locked = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    locked.name, locked.time_zone, locked.agents_see = name, time_zone, agents_see
    locked.save(update_fields=["name", "time_zone", "agents_see"])
    return locked
