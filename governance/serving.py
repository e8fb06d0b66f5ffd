"""Settings of the web server: the product is loaded once and shared by the processes that answer."""

import gc
from typing import Any

preload_app = True


def when_ready(server: Any) -> None:
    """What was loaded stays as it is: the collector does not touch it, so that its pages stay shared."""
    gc.collect()
    gc.freeze()
