"""The synthetic county: residents, staff, stays and traffic for demo, tests, benchmarks and training."""
