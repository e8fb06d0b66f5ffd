"""线: the 12345 hotline desk. The room is kept for it; today hotline calls enter as events of source
``hotline`` through the API and the file import (docs/progress.md says what is not there yet)."""
