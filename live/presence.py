"""Who is where: which colleagues have the board or a contact open. Kept in memory for seconds, and nowhere else.

Pure; times are milliseconds of the epoch and given by the caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from base.notices import Notice
from live.events import Audience, Event

LASTS = 25_000  # milliseconds after the last sign of a page
TABS = 30  # of a user; of more, the first ones are forgotten
BOARD, LIST = "board", "list"


class Place(NamedTuple):
    office: int
    at: str  # "board", "list" or "contact-17"


class Tab(NamedTuple):
    """A page in a browser."""

    office: int
    user: int
    tab: str


@dataclass
class Company:
    """The people at a place, and whose contact it is."""

    people: dict[int, tuple[str, str, int]] = field(default_factory=dict)  # initials, name, hue
    tabs: dict[Tab, int] = field(default_factory=dict)  # when it last gave a sign
    assignee: int | None = None

    def leave(self, tab: Tab) -> None:
        del self.tabs[tab]
        if not any(other.user == tab.user for other in self.tabs):
            del self.people[tab.user]


Changed = list[tuple[Place, Company]]  # places, each with its company even if that was the last to leave


class Presence:
    def __init__(self) -> None:
        self.places: dict[Place, Company] = {}
        self.tabs: dict[Tab, Place] = {}

    def note(self, notice: Notice, now: int) -> Changed:
        """Take in the sign of a page that is open or being left, and return the places to tell readers about."""
        facts = dict(notice.more)
        tab, place = Tab(notice.office_id, int(notice.user or 0), facts["tab"]), Place(notice.office_id, facts["at"])
        is_new = facts["leaving"] or self.tabs.get(tab) != place
        changed = self._leave(tab) if is_new else []
        if facts["leaving"]:
            return changed
        if is_new:
            changed += self._leave_all(self._of(notice.office_id, tab.user)[: 1 - TABS])
        company = self.places.setdefault(place, Company())
        before, company.assignee = company.assignee, notice.contacts[0].after if notice.contacts else None
        company.people[tab.user] = (facts["initials"], facts["name"], facts["hue"])
        company.tabs[tab] = now
        self.tabs[tab] = place
        return [*changed, (place, company)] if is_new or company.assignee != before else []

    def reassign(self, notice: Notice) -> Changed:
        """Take in whose the contacts are now. After a notice of many nobody is at one until the page's next sign."""
        for contact in notice.contacts or ():
            if company := self.places.get(Place(notice.office_id, f"contact-{contact.contact_id}")):
                company.assignee = contact.after
        if notice.contacts is not None:
            return []
        return self._leave_all(
            tab for tab, place in self.tabs.items() if tab.office == notice.office_id and place.at not in (BOARD, LIST)
        )

    def forget(self, now: int) -> Changed:
        """Forget pages that gave no sign for a while, and return the places that somebody has left by that."""
        companies = self.places.values()
        return self._leave_all(tab for one in companies for tab, seen in one.tabs.items() if seen < now - LASTS)

    def leave(self, office: int, user: int | None = None) -> Changed:
        """Forget the pages of a user, by default of the whole office, and return the places they have left by that."""
        return self._leave_all(self._of(office, user))

    def here(self, place: Place, company: Company, audience: Audience) -> Event | None:
        """Return who is at the place, for those who may see it: marketing has the list alone."""
        is_open = place.at == LIST or (
            audience.works_contacts and (place.at == BOARD or audience.sees(company.assignee))
        )
        if place.office != audience.office or not is_open:
            return None
        people = [[user, *facts] for user, facts in sorted(company.people.items())]
        return Event("here", {"at": place.at, "people": people})

    def everywhere(self, audience: Audience) -> list[Event]:
        """Return who is at each place of the office that has somebody."""
        found = [self.here(*there, audience) for there in self.places.items()]
        return [event for event in found if event]

    def _of(self, office: int, user: int | None) -> list[Tab]:
        """Return the pages of a user, or of everybody, in the order in which they were opened."""
        return [tab for tab in self.tabs if tab.office == office and user in (None, tab.user)]

    def _leave_all(self, tabs: Iterable[Tab]) -> Changed:
        return [changed for tab in list(tabs) for changed in self._leave(tab)]

    def _leave(self, tab: Tab) -> Changed:
        place = self.tabs.pop(tab, None)
        if place is None:
            return []
        company = self.places[place]
        company.leave(tab)
        if not company.tabs:
            del self.places[place]
        return [] if tab.user in company.people else [(place, company)]
