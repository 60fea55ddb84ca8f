"""The funnel as Django knows it, with what it wants looked at before a deployment."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

NO_WEBHOOK = checks.Warning(
    "EMAIL_URL names a provider and there is no WEBHOOK_SECRET: bounces and complaints go unnoticed.",
    hint="Set WEBHOOK_SECRET and enter the webhook at the provider (docs/operations.md, “Sending through a provider”).",
    id="funnel.W001",
)
NO_MAILBOX = checks.Warning(
    "MAIL_IN without IMAP_URL is used for nothing: nobody would read what comes there.",
    hint="Set IMAP_URL, the mailbox it leads to (docs/operations.md, “Configure”).",
    id="funnel.W002",
)


class FunnelConfig(AppConfig):
    name = "funnel"

    def ready(self) -> None:
        checks.register(check_bounce_reports, deploy=True)
        checks.register(check_inbound_mailbox, deploy=True)


def check_bounce_reports(**_options: Any) -> list[checks.CheckMessage]:
    """A provider keeps its bounces to itself, so without the webhook dead addresses are mailed on and on."""
    is_deaf = settings.MAIL_PROVIDER and not settings.ANYMAIL["WEBHOOK_SECRET"]
    return [NO_WEBHOOK] if is_deaf else []


def check_inbound_mailbox(**_options: Any) -> list[checks.CheckMessage]:
    """An address without its mailbox is used for nothing."""
    return [NO_MAILBOX] if settings.MAIL_IN and not settings.IMAP_URL else []
