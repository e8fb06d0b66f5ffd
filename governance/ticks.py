"""What beat offers and how often: names only, so that the process that ticks loads none of the product."""


def tick(task: str, every_seconds: float) -> dict:
    """One beat entry; a tick that nobody took within its own interval expires, so a backlog cannot pile up."""
    return {"task": task, "schedule": every_seconds, "options": {"expires": every_seconds}}


SCHEDULE = {
    "outbox": tick("casework.tasks.reoffer_outbox", 15),
    "deadlines": tick("casework.tasks.sweep_deadlines", 15),
    "heartbeat": tick("casework.tasks.beat_heartbeat", 10),
    "windows": tick("events.tasks.close_claim_windows", 15),
    "cover": tick("events.tasks.cover_absences", 60),
    "resume": tick("events.tasks.resume_suspended", 60),
    "supplements": tick("events.tasks.needs_info_timeouts", 60),
    "evaluations": tick("events.tasks.evaluate_timeouts", 600),
    "call_backs": tick("hotline.tasks.build_call_backs_at_their_hours", 600),
    "silence": tick("hotline.tasks.watch_responses", 600),
    "clues": tick("hotline.tasks.refer_clues", 600),
    "calls": tick("hotline.tasks.close_forgotten_calls", 60),
    "drafts": tick("hotline.tasks.drop_old_drafts", 86_400),
    "tallies": tick("dashboard.tasks.fold_tallies", 10),
    "recurrences": tick("dashboard.tasks.watch_recurrences", 3600),
    "tree": tick("grids.check_tree", 86_400),
    "exchange": tick("hotline.exchange.tasks.exchange", 60),
    "briefings": tick("hotline.briefings.tasks.draft_briefings", 300),
    "knowledge": tick("hotline.knowledge.tasks.watch_knowledge", 3600),
    "clusters": tick("events.clues.tasks.watch_clues", 900),
    "topics": tick("hotline.hotspots.tasks.watch_topics", 300),
    "nightly": tick("casework.tasks.nightly", 3600),
}
