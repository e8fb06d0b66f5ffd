"""Pages of events: the desk, the ticket, the boards."""
