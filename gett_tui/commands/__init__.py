"""The face without a screen: commands for people and scripts."""
