"""Orders of the hotline, their callers, call-backs, and what supervision and discipline leave behind."""

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

from .callback import CallBack, CallBackTry
from .caller import Caller, Draft, PhoneCall
from .discipline import Referral, ReferralAlarm, ReferralDeadline, ReferralTrail
from .ledger import HotlineAlarm, HotlineDeadline, HotlineTrail
from .order import HotlineOrder
from .quality import Exclusion, OrderFlag

__all__ = [
    "Article",
    "ArticleFeedback",
    "ArticleGram",
    "ArticleStep",
    "ArticleUse",
    "ArticleVersion",
    "CallBack",
    "CallBackTry",
    "Caller",
    "Draft",
    "Exclusion",
    "HotTopic",
    "HotTopicMember",
    "HotlineAlarm",
    "HotlineDeadline",
    "HotlineOrder",
    "HotlineTrail",
    "KnowledgeGap",
    "OrderFlag",
    "PhoneCall",
    "QuizAttempt",
    "Referral",
    "ReferralAlarm",
    "ReferralDeadline",
    "ReferralTrail",
]
