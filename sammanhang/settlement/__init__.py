"""Payment liability for patients who are ready for discharge: the arithmetic, and its months."""
