"""The addresses of the whole house."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from governance import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("i18n/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
]
