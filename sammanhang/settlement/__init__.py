"""Payment liability: from stays to statement lines. Not built yet; the place is kept."""
