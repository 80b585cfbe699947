"""Statistics, pictures and open data. Not built yet; the place is kept."""
