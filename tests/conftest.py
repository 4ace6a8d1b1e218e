"""Stands here so that pytest puts this folder on the import path: helpers shared by the tests live in it."""
