"""The CatalogSet: its shape and its checker; stands alone."""
