"""Django's password validators with messages of our own."""

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext as _


class MinimumLength(rules.MinimumLengthValidator):
    def get_help_text(self) -> str:
        return _("Mindestens %(number)s Zeichen, gern ein ganzer Satz.") % {"number": self.min_length}


class NotCommon(rules.CommonPasswordValidator):
    def get_help_text(self) -> str:
        return _("Keines, das viele benutzen, wie „passwort123“.")


class NotAboutOneself(rules.UserAttributeSimilarityValidator):
    def get_help_text(self) -> str:
        return _("Nicht Ihr Name und nicht Ihre E-Mail-Adresse.")
