"""How often netinv is right, measured on labelled observations: `python -m tests.calibration FILE`.

The knowledge in the rules is written by hand. What is fitted are a dozen numbers (`data/calibration.toml`): how far each strength
of evidence is trusted, and how a share of the weight becomes a probability. The figures say what these are worth on families of
devices they were not fitted to: every family is judged once, by numbers fitted without it. A rule, or a phrase of one, that fits
a single family takes no part in the fitting, since its author may have had that family in sight; but of the rules themselves the
figures say nothing: their author may have seen the file. `--half` judges the families of one half alone, so that whoever writes
rules can leave the other unseen. `--also` fits to more observations, which are not judged: those of `tests.calibration.probes`,
whose answers no author of rules wrote by, keep the numbers honest about devices nobody thought of.
"""
