from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("事件")

    def ready(self) -> None:
        from casework.clock.sweep import register_clocked

        # The outbox topic "alarm" and the hook on moved land register themselves.
        from events import alarms, learning, listeners, notices, waiting  # noqa: F401
        from events.models import EventAlarm, EventDeadline

        register_clocked(EventDeadline, EventAlarm)
        notices.register()
        learning.register_tasks()
