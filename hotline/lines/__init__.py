"""The telephone: what the desk asks of a line, and what a line tells the desk."""
