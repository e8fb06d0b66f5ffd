from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "办案程序"

    def ready(self) -> None:
        # Their outbox topics and the hook on refusals register themselves.
        from casework import delivery, listeners, notices  # noqa: F401
