"""The clock of a case: pure working-time arithmetic here, the ledger of rows beside it."""
