"""A simulated Gett: the onboarding state machine and its HTTP face (extra ``sandbox``)."""
