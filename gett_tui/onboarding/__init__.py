"""Onboardings: what one is, where it is kept, and what can be done with it; knows nothing of screens."""
