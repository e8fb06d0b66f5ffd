from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = _("矛盾调解")

    def ready(self) -> None:
        from casework.clock.sweep import register_clocked

        # Their outbox topics and the hooks on events and land register themselves.
        from disputes import after_alarms, after_notices, alarms, listeners, notices  # noqa: F401
        from disputes.models import DisputeAlarm, DisputeDeadline

        register_clocked(DisputeDeadline, DisputeAlarm)
        notices.register()
        after_notices.register()
        after_alarms.register()
