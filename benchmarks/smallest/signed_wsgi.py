"""WSGI entry of the signed no-op."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.smallest.signed_settings"
application = get_wsgi_application()
