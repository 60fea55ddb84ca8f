"""The tables of what arrives by itself."""

from intake.models.arrivals import Arrival, Result
from intake.models.inlets import Inlet, InletKind
from intake.models.keys import ApiKey

__all__ = ["ApiKey", "Arrival", "Inlet", "InletKind", "Result"]
