"""Members of an office: inviting, accepting, changing roles, deactivating, reactivating.

Each verb locks the account's row first, so that two administrators who demote each other at the same instant cannot
both succeed.
"""

from datetime import date

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import HUES, Account, Role, User
from accounts.sessions import end_sessions
from accounts.telling import tell_access, tell_looks
from base.refusals import Conflict, Forbidden, NotUnderstood


@transaction.atomic
def invite(
    *,
    account: Account,
    email: str,
    role: str,
    first_name: str = "",
    last_name: str = "",
    actor: User | None = None,
) -> User:
    """Create a user without a password, to be set through the link of `invitations`. `actor` None: the operator.

    Raises NotUnderstood if the address has a login already, in this office or in another; Forbidden if the actor is
    no administrator any more. The caller sends the link.
    """
    _lock(account)
    _check_actor(actor, account)
    if User.objects.of(account).filter(email=email).exists():
        raise NotUnderstood(_("Diese E-Mail-Adresse gehört schon zu Ihrem Büro."))
    if User.objects.filter(email=email).exists():
        raise NotUnderstood(_("Diese E-Mail-Adresse kann nicht eingeladen werden. Bitte nehmen Sie eine andere."))
    hue = User.objects.of(account).count() % HUES + 1
    user = User(account=account, email=email, role=role, first_name=first_name, last_name=last_name, hue=hue)
    user.invited_by = actor
    user.set_unusable_password()
    user.save()
    return user


@transaction.atomic
def invite_again(*, actor: User, member_id: int) -> None:
    """Record who sent the link last, which its page shows. Raises Http404 for a member of another office."""
    member = _member(actor, member_id)
    member.invited_by = actor
    member.save(update_fields=["invited_by"])


@transaction.atomic
def accept(*, user: User, first_name: str, last_name: str, password: str) -> User:
    """Set names and password that the invited person chose; from then on the link is invalid.

    Raises Conflict if it happened already (the link opened twice) or the person was deactivated meanwhile.
    """
    _lock(user.account)
    member = User.objects.of(user.account).select_for_update(no_key=True).get(pk=user.pk)
    if not member.is_invited:
        raise Conflict(_("Diese Einladung wurde schon angenommen. Bitte melden Sie sich an."))
    member.first_name, member.last_name = first_name, last_name
    member.set_password(password)
    member.save(update_fields=["first_name", "last_name", "password"])
    tell_looks(member)
    return member


@transaction.atomic
def change_role(*, actor: User, member_id: int, role: str) -> User:
    """Give a member another role. Idempotent.

    Raises Http404 for a member of another office, Conflict for the last administrator.
    """
    member = _member(actor, member_id)
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(member)
    _check_actor(actor, member.account)
    if member.role != role:
        member.role = role
        member.save(update_fields=["role"])
        tell_access(member.account_id, member.pk, actor.pk)
    return member


@transaction.atomic
def be_absent(*, actor: User, member_id: int, absent_from: date | None, absent_until: date | None) -> User:
    """Save from when until when a member is away, both included; without either, that they are here. Idempotent.

    Contacts keep their assignee; nothing new is given to whoever is away (`contacts.turns`). Raises Http404 for a
    member of another office, NotUnderstood for an end without a beginning or before it.
    """
    if absent_until and (absent_from is None or absent_until < absent_from):
        raise NotUnderstood(_("Das Ende der Abwesenheit liegt vor ihrem Anfang."))
    member = _member(actor, member_id)
    _check_actor(actor, member.account)
    if (member.absent_from, member.absent_until) != (absent_from, absent_until):
        member.absent_from, member.absent_until = absent_from, absent_until
        member.save(update_fields=["absent_from", "absent_until"])
    return member


@transaction.atomic
def deactivate(*, actor: User, member_id: int) -> User:
    """Deactivate a member and end all their sessions. Contacts and history keep the name. Idempotent.

    Raises Http404 for a member of another office, Conflict for the last administrator.
    """
    member = _member(actor, member_id)
    _keep_an_administrator(member)
    _check_actor(actor, member.account)
    _activate(member, actor, on=False)
    end_sessions(member)
    return member


@transaction.atomic
def reactivate(*, actor: User, member_id: int) -> User:
    """Reactivate a member with their former role and password. Idempotent. Raises Http404 like `deactivate`."""
    member = _member(actor, member_id)
    _check_actor(actor, member.account)
    _activate(member, actor, on=True)
    return member


@transaction.atomic
def save_profile(*, user: User, first_name: str, last_name: str, theme: str) -> User:
    """Save the fields of the profile."""
    is_renamed = (user.first_name, user.last_name) != (first_name, last_name)
    user.first_name, user.last_name, user.theme = first_name, last_name, theme
    user.save(update_fields=["first_name", "last_name", "theme"])
    if is_renamed:
        tell_looks(user)
    return user


@transaction.atomic
def choose_theme(*, user: User, theme: str) -> None:
    """Store the theme: light, dark or that of the system."""
    user.theme = theme
    user.save(update_fields=["theme"])


def _activate(member: User, actor: User, *, on: bool) -> None:
    if member.is_active != on:
        member.is_active = on
        member.save(update_fields=["is_active"])
        tell_access(member.account_id, member.pk, actor.pk)
        tell_looks(member)


def _lock(account: Account) -> None:
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _member(actor: User, member_id: int) -> User:
    """Lock the account, then the member, and return the member."""
    _lock(actor.account)
    member = User.objects.of(actor.account).select_for_update(no_key=True).filter(pk=member_id).first()
    if member is None:
        raise Http404
    member.account = actor.account
    return member


def _check_actor(actor: User | None, account: Account) -> None:
    """Check the actor's role again under the lock, since it may have changed after the gate checked it."""
    if actor is None:
        return
    administrators = User.objects.of(account).filter(role=Role.ADMINISTRATOR, is_active=True)
    if not administrators.filter(pk=actor.pk).exists():
        raise Forbidden(_("Dafür fehlt Ihnen die Berechtigung."))


def _keep_an_administrator(member: User) -> None:
    """Raise Conflict if the office would be without an administrator who can log in.

    Somebody invited who has not accepted does not count: the mail may have gone to a mistyped address.
    """
    if not (member.is_administrator and member.is_active and not member.is_invited):
        return
    others = User.objects.of(member.account).filter(role=Role.ADMINISTRATOR, is_active=True)
    if not others.exclude(pk=member.pk).exclude(password__startswith="!").exists():
        raise Conflict(
            _("%(name)s ist letzter Administrator des Büros. Geben Sie zuerst jemand anderem diese Rolle.")
            % {"name": member.full_name}
        )
