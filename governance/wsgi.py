"""The WSGI entry: pages and API. Loaded once, before the web processes part (``governance.serving``)."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
application = get_wsgi_application()
import_module("governance.urls")
