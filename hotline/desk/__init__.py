"""What the agent's desk needs besides the case: suggestions while typing, drafts, the caller card, the day's figures."""
