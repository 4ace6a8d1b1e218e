"""The dashboard: Textual only, no HTTP and no files."""
