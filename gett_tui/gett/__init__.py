"""Gett's onboarding API as it is on the wire; knows nothing of screens or files."""
