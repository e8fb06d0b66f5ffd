"""Hot topics and early warning: what many tell at once, where more comes in than chance explains, what returns."""
