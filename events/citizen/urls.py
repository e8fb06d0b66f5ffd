"""Addresses of the citizen pages, mounted at ``/c/``."""

from django.urls import path, register_converter

from events.citizen import views_report, views_track


class ActConverter:
    """One of the reporter's verbs."""

    regex = "|".join(views_track.ACTS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ActConverter, "citizen_act")
app_name = "citizen"

urlpatterns = [
    path("", views_report.home, name="home"),
    path("report/", views_report.report, name="report"),
    path("g/<str:grid>/", views_report.report, name="grid"),
    path("p/<str:token>/", views_report.picture, name="picture"),
    path("track/", views_track.track, name="track"),
    path("t/<str:code>/", views_track.status, name="status"),
    path("f/<str:token>/", views_track.follow, name="follow"),
    path("k/<str:token>/", views_track.case, name="case"),
    path("k/<str:token>/receipt/", views_report.receipt, name="receipt"),
    path("k/<str:token>/qr.svg", views_report.receipt_code, name="receipt_code"),
    path("k/<str:token>/photo/<int:key>/", views_track.photo, name="photo"),
    path("k/<str:token>/<citizen_act:act>/", views_track.do, name="do"),
    path("rate/<str:token>/", views_track.case, name="rate"),
]
