"""The default columns of a new office."""

from django.db import transaction

from accounts.models import Account
from funnel.letters.defaults import create_defaults
from funnel.models import Sender, Sequence
from pipeline.columns.verbs import fold_name
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
    """Create the seven default columns of a new office, and for each system column a sequence with default mails."""
    Sender.objects.create(account=account, name=account.name)
    keys = [(str(key), name) for name, key in DEFAULT if key]
    made = Sequence.objects.bulk_create(Sequence(account=account, name=name) for _, name in keys)
    sequences = {key: sequence for (key, _), sequence in zip(keys, made, strict=True)}
    create_defaults(sequences=sequences)
    return Column.objects.bulk_create(
        Column(
            account=account,
            name=name,
            folded_name=fold_name(name),
            key=key,
            position=position,
            is_lost=name == LOST,
            sequence=sequences.get(key or ""),
        )
        for position, (name, key) in enumerate(DEFAULT)
    )
