"""The terminal as a state: what it shows, what it should show, and the line in between."""
