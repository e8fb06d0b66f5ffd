"""Disputes: who mediates, what is mediated, and what came of it."""

from .bodies import MediationBody, Mediator, Room
from .dispute import Dispute, Evidence, JoinedUnit, PanelMember
from .kinds import COUNSELLING, SPECIALITIES, SPECIALITY_NAMES, DisputeType, Nature, Tier
from .ledger import DisputeAlarm, DisputeDeadline, DisputeTrail
from .narrative import Claim, Narrative, Offer, Packet
from .parties import Party
from .procedures import JointNotice, Procedure, Referral

__all__ = [
    "COUNSELLING",
    "SPECIALITIES",
    "SPECIALITY_NAMES",
    "Claim",
    "Dispute",
    "DisputeAlarm",
    "DisputeDeadline",
    "DisputeTrail",
    "DisputeType",
    "Evidence",
    "JoinedUnit",
    "JointNotice",
    "MediationBody",
    "Mediator",
    "Narrative",
    "Nature",
    "Offer",
    "Packet",
    "PanelMember",
    "Party",
    "Procedure",
    "Referral",
    "Room",
    "Tier",
]
