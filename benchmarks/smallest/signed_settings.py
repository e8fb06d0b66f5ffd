"""The product's settings with one view in place of all: a no-op behind the product's own sign-in."""

from governance.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.smallest.signed_urls"
