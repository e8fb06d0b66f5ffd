"""WSGI entry of the smallest view over the product's own rows."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.smallest.same_settings"
application = get_wsgi_application()
