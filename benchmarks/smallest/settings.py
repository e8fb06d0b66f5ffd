"""The smallest project: the same database, no middleware, no sessions; only what the framework itself costs."""

from governance.settings import DATABASES, SECRET_KEY, TIME_ZONE, USE_TZ  # noqa: F401

ALLOWED_HOSTS = ["*"]
DEBUG = False
INSTALLED_APPS = ["django.contrib.contenttypes", "rest_framework", "benchmarks.smallest"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.smallest.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
