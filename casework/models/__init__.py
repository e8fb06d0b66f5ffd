"""What every kind of case shares: procedure, clocks, trail, outbox, notices, numbers, files."""

from .case import Case, TrailRow
from .clock import AlarmRow, Calendar, CalendarDay, DeadlineRow, LadderRung, ServiceClass, WorkPeriod
from .files import StaffPhoto, StoredFile
from .learning import TrainedModel
from .notices import Channel, Delivery, Notice
from .plumbing import Heartbeat, IdempotencyKey, NumberSeries, OutboxItem, RateCount
from .readlog import ReadLog

__all__ = [
    "AlarmRow",
    "Calendar",
    "CalendarDay",
    "Case",
    "Channel",
    "DeadlineRow",
    "Delivery",
    "Heartbeat",
    "IdempotencyKey",
    "LadderRung",
    "Notice",
    "NumberSeries",
    "OutboxItem",
    "RateCount",
    "ReadLog",
    "ServiceClass",
    "StaffPhoto",
    "StoredFile",
    "TrailRow",
    "TrainedModel",
    "WorkPeriod",
]
