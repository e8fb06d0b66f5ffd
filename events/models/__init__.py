"""The common matter: an event, its work orders, and everything the closed loop leaves behind."""

from events.alerts.models import Alert, AlertUndo, Device
from events.clues.models import Clue, ClueCluster, ClueElement, ClueMember, ClueOutcome, ClueRule

from .catalogue import CannedText, Category, Precedent, RoutingRule
from .event import Event, EventAttachment, EventLink, EventReporter, EventWatch
from .ledger import EventAlarm, EventDeadline, EventTrail
from .orders import Consultation, Decline, Extension, Whistle, WhistlePart, WorkOrder
from .police import PoliceRecord
from .presence import EventPresence
from .quality import Rating, SupervisionOrder, Verification
from .saved import SavedView

__all__ = [
    "Alert",
    "AlertUndo",
    "CannedText",
    "Category",
    "Clue",
    "ClueCluster",
    "ClueElement",
    "ClueMember",
    "ClueOutcome",
    "ClueRule",
    "Consultation",
    "Decline",
    "Device",
    "Event",
    "EventAlarm",
    "EventAttachment",
    "EventDeadline",
    "EventLink",
    "EventPresence",
    "EventReporter",
    "EventTrail",
    "EventWatch",
    "Extension",
    "PoliceRecord",
    "Precedent",
    "Rating",
    "RoutingRule",
    "SavedView",
    "SupervisionOrder",
    "Verification",
    "Whistle",
    "WhistlePart",
    "WorkOrder",
]
