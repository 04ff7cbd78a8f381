"""Reading codes off pictures."""
