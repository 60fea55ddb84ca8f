"""The board an office starts with."""

from django.db import transaction

from accounts.models import Account
from funnel.models import Sender, Sequence
from pipeline.columns import fold_name
from pipeline.models import Column

Key = Column.Key
DEFAULT: tuple[tuple[str, str | None], ...] = (
    (str(Key.NEW.label), Key.NEW),
    ("Nicht erreicht", None),
    (str(Key.CONTACTED.label), Key.CONTACTED),
    ("Termin vereinbart", None),
    ("Bewertung erstellt", None),
    (str(Key.WON.label), Key.WON),
    ("Kein Auftrag", None),
)
LOST = "Kein Auftrag"


@transaction.atomic
def create_board(account: Account) -> list[Column]:
    """The seven default columns of a new office; each system column names the sequence it starts."""
    Sender.objects.create(account=account, name=account.name)
    return [
        Column.objects.create(
            account=account,
            name=name,
            folded_name=fold_name(name),
            key=key,
            position=position,
            is_lost=name == LOST,
            sequence=Sequence.objects.create(account=account, name=name) if key else None,
        )
        for position, (name, key) in enumerate(DEFAULT)
    ]
