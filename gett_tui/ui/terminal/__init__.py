"""The terminal as a state: what it should show, what it shows, and the cheapest way from one to the other."""
