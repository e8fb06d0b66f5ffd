"""Pages for citizens: report, follow, rate, without an account (screens.md §5.6)."""
