"""netinv measured beside other scanners on a simulated LAN: `python -m tests.benchmark`; no test, and never run as one."""
