"""A LAN of real daemons: each machine in namespaces of its own, and what netinv says of it beside what it truly is.

Adding a machine, or a daemon, touches one file in `machines`. `python -m tests.daemons` prints the table.
"""
