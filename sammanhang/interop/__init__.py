"""FHIR, national service contracts, e-invoice. Not built yet; the place is kept."""
