"""Printers: how to reach them (wire, tcp, device; folder, cups, windows) and how they tell their
state (status, zpl, tspl)."""
