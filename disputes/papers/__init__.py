"""Papers: one HTML source each, printed as it stands, written as PDF and as an editable copy."""
