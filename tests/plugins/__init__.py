"""What tests lean on: a real PostgreSQL, a real Valkey, a real browser; started once, by need."""
