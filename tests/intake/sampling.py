"""The files in `samples/`, and what tests say of the leads that are read from them."""

from pathlib import Path
from typing import Any

from intake.reading.lead import Lead

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def samples(folder: str) -> list[str]:
    return sorted(path.relative_to(SAMPLES).as_posix() for path in (SAMPLES / folder).iterdir())


def said(lead: Lead) -> dict[str, Any]:
    """Return facts and all else that is not empty."""
    kept = {name: value for name, value in vars(lead).items() if name not in ("facts", "parser") and value}
    return lead.facts | kept


def everything(lead: Lead) -> str:
    """Return all texts of a lead as one, in which nothing that was sent may be missing."""
    texts = [*lead.facts.values(), *lead.emails, *(number for _kind, number in lead.phones), lead.message]
    texts += [lead.subject, lead.foreign_id, *lead.campaign.values(), *(value for _label, value in lead.further)]
    return "\n".join([*texts, *(one.wording for one in lead.consents), *(one.place for one in lead.consents)])
