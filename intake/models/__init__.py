"""The tables of what arrives by itself."""

from intake.models.arrivals import TO_LOOK_AT, Arrival, Result
from intake.models.forms import Form, Question, SpentPuzzle, Wording
from intake.models.inlets import Inlet, InletKind, Program
from intake.models.keys import ApiKey
from intake.models.postboxes import Postbox

__all__ = [
    "TO_LOOK_AT",
    "ApiKey",
    "Arrival",
    "Form",
    "Inlet",
    "InletKind",
    "Postbox",
    "Program",
    "Question",
    "Result",
    "SpentPuzzle",
    "Wording",
]
