"""The synthetic county: residents, staff, stays and traffic."""
