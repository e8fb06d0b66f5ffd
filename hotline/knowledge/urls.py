"""Addresses of the knowledge base, under ``/hotline/knowledge/``."""

from django.urls import path, register_converter

from hotline.knowledge import views, views_more
from hotline.training import views as training


class ArticleNumber:
    regex = "ZS[0-9]{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class GapNumber(ArticleNumber):
    regex = "QK[0-9]{6}"


class LessonNumber(ArticleNumber):
    regex = "PX[0-9]{6}"


register_converter(ArticleNumber, "article_number")
register_converter(GapNumber, "gap_number")
register_converter(LessonNumber, "lesson_number")

urlpatterns = [
    path("", views.index, name="knowledge"),
    path("suggest/", views.suggest, name="knowledge_suggest"),
    path("new/", views.new, name="article_new"),
    path("queue/", views.queue, name="knowledge_queue"),
    path("gaps/", views_more.gaps, name="gaps"),
    path("gaps/new/", views_more.record_gap, name="gap_new"),
    path("gaps/<gap_number:number>/", views_more.settle_gap, name="gap_settle"),
    path("feedback/<int:key>/", views.settle, name="feedback_settle"),
    path("training/", training.index, name="lessons"),
    path("training/new/", training.new, name="lesson_new"),
    path("training/<lesson_number:number>/", training.lesson, name="lesson"),
    path("training/<lesson_number:number>/edit/", training.edit, name="lesson_edit"),
    path("quiz/", views_more.training, name="training"),
    path("quiz/<int:key>/", views_more.attempt, name="quiz"),
    path("<article_number:number>/", views.article, name="article"),
    path("<article_number:number>/edit/", views.edit, name="article_edit"),
    path("<article_number:number>/versions/", views.versions, name="article_versions"),
    path("<article_number:number>/move/", views.move, name="article_move"),
    path("<article_number:number>/used/", views.used, name="article_used"),
    path("<article_number:number>/feedback/", views.feedback, name="article_feedback"),
]
