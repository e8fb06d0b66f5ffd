"""调: mediation in three tiers. The room is kept for it; today a dispute is an event of category 01 that can be
transferred out with a link (docs/progress.md says what is not there yet)."""
