"""Orders of the hotline, their callers, call-backs, and what supervision and discipline leave behind."""

from hotline.briefings.models import Briefing, BriefingStep, BriefingVersion
from hotline.exchange.models import ExchangeMessage, Partner
from hotline.hotspots.models import HotTopic, HotTopicMember
from hotline.knowledge.models import (
    Article,
    ArticleFeedback,
    ArticleGram,
    ArticleStep,
    ArticleUse,
    ArticleVersion,
    KnowledgeGap,
    QuizAttempt,
)
from hotline.training.models import TrainingAttendance, TrainingSession

from .callback import CallBack, CallBackTry
from .caller import Caller, Draft, PhoneCall
from .discipline import Referral, ReferralAlarm, ReferralDeadline, ReferralTrail
from .ledger import HotlineAlarm, HotlineDeadline, HotlineTrail
from .order import HotlineOrder
from .quality import Exclusion, OrderFlag
from .seat import Seat

__all__ = [
    "Article",
    "ArticleFeedback",
    "ArticleGram",
    "ArticleStep",
    "ArticleUse",
    "ArticleVersion",
    "Briefing",
    "BriefingStep",
    "BriefingVersion",
    "CallBack",
    "CallBackTry",
    "Caller",
    "Draft",
    "ExchangeMessage",
    "Exclusion",
    "HotTopic",
    "HotTopicMember",
    "HotlineAlarm",
    "HotlineDeadline",
    "HotlineOrder",
    "HotlineTrail",
    "KnowledgeGap",
    "OrderFlag",
    "Partner",
    "PhoneCall",
    "QuizAttempt",
    "Referral",
    "ReferralAlarm",
    "ReferralDeadline",
    "ReferralTrail",
    "Seat",
    "TrainingAttendance",
    "TrainingSession",
]
