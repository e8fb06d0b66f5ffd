from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "事件"

    def ready(self) -> None:
        from casework.clock.sweep import register_clocked
        from events.models import EventAlarm, EventDeadline

        register_clocked(EventDeadline, EventAlarm)
