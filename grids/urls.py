"""Addresses of the land: areas, plates, staffing, duty, units."""

from django.urls import path

from grids import views, views_assessing, views_stationing

app_name = "grids"
urlpatterns = [
    path("grids/", views.browse, name="browse"),
    path("grids/pick/", views.pick, name="pick"),
    path("grids/staffing/", views.staffing, name="staffing"),
    path("grids/<str:code>/", views.area, name="area"),
    path("grids/<str:code>/map/", views.area_map, name="area_map"),
    path("grids/<str:code>/assess/", views_assessing.assess, name="assess"),
    path("grids/<str:code>/plate/", views.plate, name="plate"),
    path("duty/", views.duty, name="duty"),
    path("duty/stationed/", views_stationing.stationing, name="stationing"),
    path("units/", views.units, name="units"),
    path("units/<str:code>/", views.unit, name="unit"),
]
