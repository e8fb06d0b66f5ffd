"""Disputes: who mediates, what is mediated, and what came of it."""

from .bodies import MediationBody, Mediator, Room
from .kinds import COUNSELLING, SPECIALITIES, SPECIALITY_NAMES, DisputeType, Nature, Tier

__all__ = [
    "COUNSELLING",
    "SPECIALITIES",
    "SPECIALITY_NAMES",
    "DisputeType",
    "MediationBody",
    "Mediator",
    "Nature",
    "Room",
    "Tier",
]
