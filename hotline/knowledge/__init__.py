"""The knowledge base: what a department lets the hotline say, kept in versions, reviewed on a cycle."""
