"""Addresses of the desk and of tickets."""

from django.urls import include, path

from events.views import batch, boards, desk, detail, doing, presence, reporting, saved

app_name = "events"
urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/cells/", desk.cells, name="cells"),
    path("desk/new/", desk.new_rows, name="new_rows"),
    path("desk/batch/", batch.batch, name="batch"),
    path("desk/export/", batch.export, name="export"),
    path("desk/report/", reporting.report, name="report"),
    path("desk/report/look/", reporting.look, name="look"),
    path("desk/nobody/", boards.nobody, name="nobody"),
    path("desk/supervision/", boards.supervision, name="supervision"),
    path("desk/alerts/", include("events.alerts.urls")),
    path("desk/clues/", include("events.clues.urls")),
    path("desk/units/", batch.units, name="units"),
    path("desk/views/", saved.keep, name="keep_view"),
    path("desk/views/<int:key>/drop/", saved.drop, name="drop_view"),
    path("desk/presence/", presence.presence, name="presence"),
    path("events/<str:number>/", detail.detail, name="detail"),
    path("events/<str:number>/clock/", detail.clock, name="clock"),
    path("events/<str:number>/trail/", detail.trail, name="trail"),
    path("events/<str:number>/print/", detail.paper, name="print"),
    path("events/<str:number>/watch/", doing.watch, name="watch"),
    path("events/<str:number>/file/<int:key>/", detail.file, name="file"),
    path("events/<str:number>/do/<slug:name>/", doing.verb, name="verb"),
]
