"""Bodies, meetings, matters and documents in force. Not built yet; the place is kept."""
