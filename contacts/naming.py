"""The display name of anything with the fields of a contact: the model, or a row of board or list."""


class Named:
    """What has a contact's names. Gives it `display_name` and `public_name`."""

    title: str
    first_name: str
    last_name: str
    company: str
    partner_title: str
    partner_first_name: str
    partner_last_name: str
    email: str
    phone: str

    __slots__ = ()

    @property
    def display_name(self) -> str:
        """Title, names and the couple's second person; else company, e-mail or phone. Never empty."""
        return self.public_name or self.email or self.phone

    @property
    def public_name(self) -> str:
        """The display name for users who may not see addresses; "" for a contact known by its address only."""
        return self._people() or self.company

    def _people(self) -> str:
        first = " ".join(filter(None, (self.title, self.first_name)))
        second = " ".join(filter(None, (self.partner_title, self.partner_first_name)))
        if self.partner_last_name and self.partner_last_name != self.last_name:
            return f"{f'{first} {self.last_name}'.strip()} & {f'{second} {self.partner_last_name}'.strip()}"
        if second:
            first = f"{first} & {second}" if first else second
        return f"{first} {self.last_name}".strip()
