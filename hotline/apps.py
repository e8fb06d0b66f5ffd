from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HotlineConfig(AppConfig):
    name = "hotline"
    verbose_name = _("12345热线")

    def ready(self) -> None:
        from casework.clock.sweep import register_clocked

        # What is heard from below, and what the rungs of the room's clocks do, register themselves.
        from hotline import alarms, learning, listeners, notices  # noqa: F401
        from hotline.exchange import line  # noqa: F401
        from hotline.models import HotlineAlarm, HotlineDeadline

        register_clocked(HotlineDeadline, HotlineAlarm)
        notices.register()
        learning.register_tasks()
