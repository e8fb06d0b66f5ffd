"""Disputes: who mediates, what is mediated, and what came of it."""

from .aftercare import Agreement, AgreementText, CallBack, Confirmation, Instalment
from .bodies import MediationBody, Mediator, Room
from .catalogue import LegalTerm, RiskFlag, TierRule
from .court import CourtFile
from .dispute import Dispute, Evidence, JoinedUnit, PanelMember
from .kinds import COUNSELLING, SPECIALITIES, SPECIALITY_NAMES, DisputeType, Nature, Tier
from .ledger import DisputeAlarm, DisputeDeadline, DisputeTrail
from .narrative import Claim, Narrative, Offer, Packet
from .papers import Paper, PaperText
from .parties import Party
from .procedures import JointNotice, Procedure, Referral
from .proxies import Proxy
from .services import LegalService
from .sessions import Hold, Session, SessionSeat
from .visits import EarlySign, Visit, VisitTeam

__all__ = [
    "COUNSELLING",
    "SPECIALITIES",
    "SPECIALITY_NAMES",
    "Agreement",
    "AgreementText",
    "CallBack",
    "Claim",
    "Confirmation",
    "CourtFile",
    "Dispute",
    "DisputeAlarm",
    "DisputeDeadline",
    "DisputeTrail",
    "DisputeType",
    "EarlySign",
    "Evidence",
    "Hold",
    "Instalment",
    "JoinedUnit",
    "JointNotice",
    "LegalService",
    "LegalTerm",
    "MediationBody",
    "Mediator",
    "Narrative",
    "Nature",
    "Offer",
    "Packet",
    "PanelMember",
    "Paper",
    "PaperText",
    "Party",
    "Procedure",
    "Proxy",
    "Referral",
    "RiskFlag",
    "Room",
    "Session",
    "SessionSeat",
    "Tier",
    "TierRule",
    "Visit",
    "VisitTeam",
]
