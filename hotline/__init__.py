"""线: the 12345 hotline desk: take a call in, answer or forward it, call back honestly, supervise, strike off."""
