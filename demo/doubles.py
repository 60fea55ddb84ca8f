"""People who are in the demo twice, each time as somebody else has typed them: what „Duplikate“ is for."""

from collections.abc import Callable, Iterator

from demo.people import Person

KNOWN = 40  # people among whom some are found that come again
Again = Callable[[Person, Person], Person]


def doubled(crowd: Iterator[Person]) -> Iterator[Person]:
    """Yield as many people as the crowd has, three of whom come a second time."""
    known: list[Person] = []
    for number, person in enumerate(crowd):
        if number < KNOWN:
            known.append(person)
        first, again = _AGAIN.get(number, (0, None))
        earlier = next((one for one in known[first:] if _is_plain(one)), None) if again else None
        yield again(person, earlier) if again and earlier else person


def _is_plain(person: Person) -> bool:
    has_names = person.first_name and person.last_name and not person.company and not person.partner_last_name
    return bool(has_names and "." in person.email.partition("@")[0] and person.phone and person.street)


def _named_alike(person: Person, earlier: Person) -> Person:
    alike = person._replace(
        salutation=earlier.salutation, title="", first_name=earlier.first_name, last_name=earlier.last_name, company=""
    )
    return alike._replace(partner_salutation="", partner_title="", partner_first_name="", partner_last_name="")


def _by_mail(person: Person, earlier: Person) -> Person:
    """Return them with an initial, and without the point in their address."""
    name, at, domain = earlier.email.partition("@")
    alike = _named_alike(person, earlier)
    return alike._replace(first_name=f"{earlier.first_name[0]}.", email=name.replace(".", "") + at + domain, phone="")


def _by_phone(person: Person, earlier: Person) -> Person:
    return _named_alike(person, earlier)._replace(email="", phone=earlier.phone, street="", postal_code="", city="")


def _by_address(person: Person, earlier: Person) -> Person:
    alike = _named_alike(person, earlier)._replace(email="", phone=person.phone or "0151 23456780")
    return alike._replace(street=earlier.street, postal_code=earlier.postal_code, city=earlier.city)


# The number of a person → where the search for an earlier one begins, and what they have in common.
_AGAIN: dict[int, tuple[int, Again]] = {41: (0, _by_mail), 47: (14, _by_phone), 52: (26, _by_address)}
