"""The station agent: fetches print jobs, speaks to the printers, tells what became of each label.

    server ‹— leasing, courier —› spool ‹— a worker per printer (conversation | delivery) —› printer

The spool (SQLite, every step on disk before it is taken) is all that the threads share. Knows
nothing of the server but its HTTP contract.
"""
