"""The people the care is about: identity numbers, protected identity, municipality."""
