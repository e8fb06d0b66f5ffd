"""Addresses of bodies, rooms, sessions and papers; joined to the room's by ``disputes.urls``."""

from django.urls import path

from disputes.views import bodies

urlpatterns = [
    path("disputes/bodies/", bodies.browse, name="bodies"),
    path("disputes/bodies/map.json", bodies.map_data, name="bodies_map"),
    path("disputes/bodies/reach/", bodies.reach, name="reach"),
    path("disputes/bodies/<slug:code>/", bodies.detail, name="body"),
]
