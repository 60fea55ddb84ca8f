"""The funnel's app configuration, with its deployment checks."""

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
        checks.register(check_webhook, deploy=True)
        checks.register(check_inbound_mailbox, deploy=True)


def check_webhook(**_options: Any) -> list[checks.CheckMessage]:
    """Warn if a provider's bounces are not reported, since dead addresses would be mailed again and again."""
    is_deaf = settings.MAIL_PROVIDER and not settings.ANYMAIL["WEBHOOK_SECRET"]
    return [NO_WEBHOOK] if is_deaf else []


def check_inbound_mailbox(**_options: Any) -> list[checks.CheckMessage]:
    """Warn if there is an address for received mails but no mailbox."""
    return [NO_MAILBOX] if settings.MAIL_IN and not settings.IMAP_URL else []
