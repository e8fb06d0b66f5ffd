"""Pages of the hotline: the agent's desk with its requests, call-backs, caller log, addresses, simulator."""
