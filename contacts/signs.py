"""What a board or list shows some hundred times: the assignee's circle, the bubbles of actions, the due date's chip.

Each is a stamp (`base.stamps`) that is rendered once for what it shows and kept; `id` and `name` of the contact are
filled in. What is kept is the same for everybody who sees it: nothing in it depends on user or time but by an argument.
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.utils.translation import get_language

from accounts.models import User
from base.stamps import stamp
from contacts.kinds import Bubble
from contacts.kinds import bubbles as bubbles_of

KEPT = 1000  # of each
CONTACT = ("id", "name")
Values = Mapping[str, str]
Language = str | None  # None: the active one


class Who(NamedTuple):
    """What the circle shows of a colleague."""

    full_name: str
    initials: str
    hue: int
    is_active: bool


def circle(values: Values, who: Who | None, can_assign: bool, oob: bool = False, language: Language = None) -> str:
    """Return the HTML that shows whom the contact is assigned to, and the button that assigns it."""
    return circle_form(who, can_assign, oob, language or get_language()) % values


def bubbles(values: Values, counts: str, named: bool, oob: bool = False, language: Language = None) -> str:
    """Return the HTML of the bubbles of `action_counts`, given as JSON."""
    return _bubbles(counts, named, oob, language or get_language()) % values


def bubble_names(counts: Mapping[str, int]) -> str:
    """Return what the bubbles show: „Anruf (2), Notiz“."""
    return ", ".join(bubble.text for bubble in bubbles_of(counts))


def due(values: Values, due_on: date | None, today: date, oob: bool = False, language: Language = None) -> str:
    """Return the HTML of the due date's chip, or of the small button that sets one."""
    return due_form(due_on, today, oob, language or get_language()) % values


def values_of(contact_id: int, display_name: str) -> dict[str, str]:
    """Return the values of the contact that all of them need."""
    return {"id": str(int(contact_id)), "name": escape(display_name)}


def parted(address: str) -> str:
    """Return an e-mail address as HTML that is broken before its „@“ where it does not fit on a line."""
    return escape(address).replace("@", "<wbr>@")


def who_is(user: User | None) -> Who | None:
    """Return what the circle shows of this user."""
    return who(user.first_name, user.last_name, user.email, user.hue, user.is_active) if user else None


@lru_cache(maxsize=KEPT)
def who(first_name: str, last_name: str, email: str, hue: int, is_active: bool) -> Who:
    """Return the colleague with these fields."""
    user = User(first_name=first_name, last_name=last_name, email=email)
    return Who(user.full_name, user.initials, hue, is_active)


@lru_cache(maxsize=KEPT)
def circle_form(who: Who | None, can_assign: bool, oob: bool = False, language: Language = None) -> str:
    """Return the form of the circle, to be filled with `values_of` a contact."""
    return stamp("contacts/_circle_button.html", CONTACT, who=who, can_assign=can_assign, oob=oob)


@lru_cache(maxsize=KEPT)
def _bubbles(counts: str, named: bool, oob: bool, language: str | None) -> str:
    """Put the group together from stamps of its bubbles: there are as many groups as contacts, but few bubbles."""
    found = json.loads(counts)
    named = named or oob
    spoken = bubble_names(found) if named else ""
    html = "".join(_bubble(bubble.kind, bubble.count, language) for bubble in bubbles_of(found))
    form = _group(bool(spoken), named, oob, language).replace("%(spoken)s", escape(spoken).replace("%", "%%"))
    return form.replace("%(bubbles)s", html)


@lru_cache
def _group(is_spoken: bool, named: bool, oob: bool, language: str | None) -> str:
    names = ("id", "bubbles", "spoken") if is_spoken else ("id", "bubbles")
    return stamp("contacts/_bubbles_group.html", names, named=named, oob=oob)


@lru_cache(maxsize=KEPT)
def _bubble(kind: str, count: int, language: str | None) -> str:
    return stamp("contacts/_bubble.html", (), bubble=Bubble(kind, count))


@lru_cache(maxsize=KEPT)
def due_form(due_on: date | None, today: date, oob: bool = False, language: Language = None) -> str:
    """Return the form of the due date's chip, to be filled with `values_of` a contact."""
    return stamp("contacts/_due_button.html", CONTACT, due_on=due_on, today=today, oob=oob)


def with_signs(
    form: str, who: Who | None, can_assign: bool, due_on: date | None, today: date, *, language: Language
) -> str:
    """Return the form of a card or row with the forms of its circle and its due date put in."""
    circle = circle_form(who, can_assign, language=language)
    return form.replace("%(circle)s", circle).replace("%(due)s", due_form(due_on, today, language=language))
