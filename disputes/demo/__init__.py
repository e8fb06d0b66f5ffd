"""Made-up bodies, rooms and mediators of the demo district."""
