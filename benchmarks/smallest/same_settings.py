"""The product's models with nothing of the product around them: no middleware, no sign-in."""

from benchmarks.smallest import settings as smallest
from governance.settings import *  # noqa: F403
from governance.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.smallest"]
MIDDLEWARE = smallest.MIDDLEWARE
REST_FRAMEWORK = smallest.REST_FRAMEWORK
ROOT_URLCONF = "benchmarks.smallest.same_urls"
