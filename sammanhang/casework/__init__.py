"""The Django side of the engine: event store, deliveries, obligations, boards, live updates."""
