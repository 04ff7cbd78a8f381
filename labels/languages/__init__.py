"""What printers and people take: ZPL, TSPL, PDF, PNG, SVG."""
