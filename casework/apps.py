from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "办案程序"

    def ready(self) -> None:
        # Their outbox topics register themselves.
        from casework import delivery, notices  # noqa: F401
