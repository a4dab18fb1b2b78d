"""MongoDB: the catalogue as documents, copied from SQL and kept current."""
