"""How much a picture may ask of us."""

MOST_BYTES = 10_000_000
MOST_PIXELS = 20_000_000
MOST_SIDE = 30_000
"""Decoders count to 65,535, and pictures are doubled."""
MEMORY_BYTES = 1 << 30
PROCESSOR_S = 30
WALL_CLOCK_S = 60
ATTEMPTS_S = 10.0
"""Processor time after which no new attempt is begun."""
