"""Addresses of the worker's phone, mounted at ``/m/``."""

from django.urls import path

from field import views

app_name = "field"

urlpatterns = [
    path("", views.home, name="home"),
    path("tasks/", views.tasks, name="tasks"),
    path("report/", views.report, name="report"),
    path("sent/", views.my_sent, name="sent"),
    path("me/", views.me, name="me"),
    path("e/<str:number>/", views.ticket, name="ticket"),
    path("e/<str:number>/verify/", views.verify, name="verify"),
    path("e/<str:number>/help/", views.ask_help, name="ask_help"),
    path("e/<str:number>/accept/<int:key>/", views.accept, name="accept"),
    path("e/<str:number>/contact/<int:key>/", views.contact, name="contact"),
    path("e/<str:number>/feed-back/<int:key>/", views.feed_back, name="feed_back"),
    path("e/<str:number>/photo/<int:key>/", views.photo, name="photo"),
]
