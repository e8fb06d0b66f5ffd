"""Hashed and compressed static files, ES modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class AssetStorage(CompressedManifestStaticFilesStorage):
    """Rewrites the imports inside ES modules to their hashed names as well.

    Without it a page would load ``clock.<hash>.js`` from its script tag and ``clock.js`` from another module's import:
    two instances, two timers, two leaders, and stale code after an update.
    """

    support_js_module_import_aggregation = True
