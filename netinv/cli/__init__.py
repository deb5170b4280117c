"""Words in, text out."""

import gc

# A command lives for a moment, most of it spent importing: looking for garbage meanwhile took 6 % of `netinv --help`.
gc.set_threshold(50_000, 20, 20)
