"""`{{ session.user_agent|browser }}`: a name people recognise instead of the header."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The order matters: each later browser also claims to be the earlier ones' engine.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """„Firefox auf Windows“, as far as the header says."""
    name = next((name for mark, name in BROWSERS if mark in user_agent), _("Browser"))
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return _("%(browser)s auf %(system)s") % {"browser": name, "system": system} if system else name
