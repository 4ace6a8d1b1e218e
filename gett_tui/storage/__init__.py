"""The ports of ``onboarding.ports`` as TOML files: one durable file a record, shared by any number of copies."""
