"""Addresses of bodies, rooms, sessions and papers; joined to the room's by ``disputes.urls``."""

from django.urls import path

from disputes.citizen import views as citizen
from disputes.views import bodies, court, papers, rooms, services, sessions, visits

ONE = "disputes/<str:number>/"
SESSION = f"{ONE}session/<int:seq>/"
PAPER = f"{ONE}paper/<int:key>/"
urlpatterns = [
    path("disputes/court/", court.browse, name="court"),
    path("disputes/visits/", visits.browse, name="visits"),
    path("disputes/visits/teams/", visits.make_team, name="visit_team"),
    path("disputes/visits/teams/<int:key>/plan/", visits.plan, name="visit_plan"),
    path("disputes/visits/teams/<int:key>/end/", visits.end_team, name="visit_end"),
    path("disputes/visits/signs/<int:key>/", visits.decide, name="visit_sign"),
    path("disputes/visits/<int:key>/", visits.one, name="visit"),
    path("disputes/visits/<int:key>/off/", visits.call_off, name="visit_off"),
    path("m/visits/", visits.phone, name="phone_visits"),
    path("m/visits/<int:key>/", visits.phone_one, name="phone_visit"),
    path("disputes/services/", services.browse, name="services"),
    path("disputes/services/map.json", services.map_data, name="services_map"),
    path("disputes/services/<slug:code>/", services.detail, name="service"),
    path("disputes/bodies/", bodies.browse, name="bodies"),
    path("disputes/bodies/map.json", bodies.map_data, name="bodies_map"),
    path("disputes/bodies/reach/", bodies.reach, name="reach"),
    path("disputes/bodies/<slug:code>/", bodies.detail, name="body"),
    path("rooms/", rooms.grid, name="rooms"),
    path(SESSION, sessions.detail, name="session"),
    path(f"{SESSION}check-in/", sessions.check_in, name="session_check_in"),
    path(f"{SESSION}pen/", sessions.pen, name="session_pen"),
    path(f"{SESSION}save/", sessions.save, name="session_save"),
    path(f"{SESSION}calendar.ics", sessions.calendar, name="session_calendar"),
    path(PAPER, papers.paper, name="paper"),
    path(f"{PAPER}pdf/", papers.paper_pdf, name="paper_pdf"),
    path(f"{PAPER}docx/", papers.paper_docx, name="paper_docx"),
    path(f"{PAPER}signed/", papers.paper_signed, name="paper_signed"),
    path("c/mediate/", citizen.book, name="book"),
    path("c/mediate/find/", citizen.find, name="find"),
    path("c/mediate/k/<slug:token>/", citizen.receipt, name="receipt"),
    path("c/mediate/k/<slug:token>/qr.svg", citizen.receipt_code, name="receipt_code"),
    path("c/mediate/k/<slug:token>/calendar.ics", citizen.calendar, name="receipt_calendar"),
    path("c/mediate/k/<slug:token>/change/", citizen.change, name="receipt_change"),
]
