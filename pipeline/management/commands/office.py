"""`manage.py office create | plan | relay | list`: there is no public sign-up; the operator opens offices."""

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import invitations, members, offices
from accounts.forms import FirmField
from accounts.models import Account, Role, User
from accounts.plans import Plan
from accounts.posting import NotTaken
from base import vault
from base.fields import EmailField
from base.refusals import Refusal
from funnel.models import Sender
from pipeline.columns.defaults import create_board

RELAY = "OFFICE_RELAY"


class Command(BaseCommand):
    """Opens and lists offices, and changes their plans."""

    help = gettext_lazy(  # type: ignore[assignment]  # argparse is given its text in the caller's language
        "Büros anlegen (create), ihr Paket (plan) oder ihren Mailserver (relay) ändern und auflisten (list)"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help=_("ein leeres Büro mit seinen sieben Spalten"))
        create.add_argument("--name", required=True)
        create.add_argument("--plan", required=True)
        create.add_argument("--admin", required=True, metavar="EMAIL", help=_("erste Administration"))
        create.add_argument("--print-link", action="store_true", help=_("den Link ausgeben statt mailen"))
        plan = verbs.add_parser("plan", help=_("das Paket eines Büros ändern"))
        plan.add_argument("--id", type=int, required=True)
        plan.add_argument("--plan", required=True)
        relay = verbs.add_parser(
            "relay",
            help=_(
                "einem Büro einen eigenen Mailserver geben: seine Adresse (wie EMAIL_URL; leer: der Mailserver der "
                "Installation) steht in OFFICE_RELAY oder kommt über die Standardeingabe"
            ),
        )
        relay.add_argument("--id", type=int, required=True)
        verbs.add_parser("list", help=_("alle Büros"))

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        getattr(self, verb)(options)

    def create(self, options: dict[str, Any]) -> None:
        """Create an office with its board and first administrator, all or nothing."""
        name = _valid(_("Name"), FirmField(max_length=120), options["name"])
        email = _valid(_("E-Mail-Adresse"), EmailField(), options["admin"])
        plan = _plan(options["plan"])
        try:
            with transaction.atomic():
                account = offices.open_office(name=name, plan=plan)
                create_board(account)
                admin = members.invite(account=account, email=email, role=Role.ADMINISTRATOR)
        except Refusal as refusal:
            taken = _("%(email)s hat schon einen Zugang in einem Büro.") % {"email": email}
            raise CommandError(taken) from refusal
        self.stdout.write(_("Büro %(office)s ist angelegt.") % {"office": _named(account)})
        self._bring_in(admin, print_link=options["print_link"])

    def _bring_in(self, admin: User, *, print_link: bool) -> None:
        if not print_link and self._mail(admin):
            self.stdout.write(_("Die Einladung an %(email)s ist verschickt.") % {"email": admin.email})
            return
        if not print_link:
            self.stderr.write(_("Die E-Mail ließ sich nicht verschicken; bitte geben Sie den Link selbst weiter:"))
        self.stdout.write(invitations.link(admin))

    def _mail(self, admin: User) -> bool:
        try:
            return invitations.send(admin)
        except NotTaken:
            return False

    def plan(self, options: dict[str, Any]) -> None:
        """Change the plan of an office."""
        try:
            account = offices.change_plan(account_id=options["id"], plan=_plan(options["plan"]))
        except Account.DoesNotExist as error:
            raise CommandError(_("Es gibt kein Büro %(id)s.") % {"id": options["id"]}) from error
        self.stdout.write(_("Gespeichert: Büro %(office)s.") % {"office": _named(account)})

    def relay(self, options: dict[str, Any]) -> None:
        """Set a mail server of the office's own. Only the operator may: it can name a host inside their network.

        Its address holds a password, which everybody on the machine could read on a command line.
        """
        url = (os.environ[RELAY] if RELAY in os.environ else _asked()).strip()
        if url and not url.startswith(("smtp://", "smtp+tls://", "smtps://", "smtp+ssl://")):
            raise CommandError(_("Die Adresse muss mit smtp:// oder smtp+tls:// beginnen."))
        sealed = vault.seal(vault.RELAY, url) if url else ""
        if not Sender.objects.of(options["id"]).update(relay=sealed):
            raise CommandError(_("Es gibt kein Büro %(id)s.") % {"id": options["id"]})
        self.stdout.write(_("Gespeichert."))

    def list(self, options: dict[str, Any]) -> None:
        """Print a line for each office: id, plan, number of active members, name."""
        active = Count("users", filter=Q(users__is_active=True))
        for account in Account.objects.annotate(active=active).order_by("pk"):
            self.stdout.write(f"{account.pk}\t{account.plan}\t{account.active}\t{account.name}")


def _asked() -> str:
    """Read the first line of standard input; at a terminal prompts for it without echo."""
    return getpass(_("Adresse des Mailservers: ")) if sys.stdin.isatty() else sys.stdin.readline()


def _named(account: Account) -> str:
    return f"{account.pk} „{account.name}“ ({account.get_plan_display()})"


def _plan(value: str) -> str:
    if value not in Plan.values:
        known = {"plan": value, "known": ", ".join(Plan.values)}
        raise CommandError(_("Das Paket „%(plan)s“ gibt es nicht. Möglich: %(known)s.") % known)
    return value


def _valid(label: str, field: Any, value: str) -> str:
    try:
        return field.clean(value)
    except ValidationError as error:
        raise CommandError(f"{label}: {' '.join(error.messages)}") from error
