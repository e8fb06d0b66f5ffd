"""调: mediation in three tiers, 受导分调仲诉, behind a second wall."""
