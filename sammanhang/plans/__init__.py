"""The coordinated individual plan (SIP). Not built yet; the place is kept."""
