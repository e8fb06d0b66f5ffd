"""Online booking of a mediation by citizens, without an account."""
