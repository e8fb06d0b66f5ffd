from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("办案程序")

    def ready(self) -> None:
        # Their outbox topics and the hook on refusals register themselves.
        from casework import announcing, delivery, listeners, notices  # noqa: F401
        from casework.learning import tasks  # noqa: F401
