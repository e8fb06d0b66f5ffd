"""What the tests start for themselves."""
