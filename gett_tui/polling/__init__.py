"""Whom to ask about how a store stands, and when: the poller and its schedule."""
