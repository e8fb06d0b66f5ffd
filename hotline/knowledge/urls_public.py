"""What citizens read of the knowledge base, under ``/c/knowledge/``."""

from django.urls import path

from hotline.knowledge import urls, views_more  # noqa: F401  (registers the converter of numbers)

app_name = "knowledge"
urlpatterns = [
    path("", views_more.public_index, name="index"),
    path("<article_number:number>/", views_more.public_article, name="article"),
]
