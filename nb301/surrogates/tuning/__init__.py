"""Tuning a family's hyperparameters on the validation rows, in place of the paper's BOHB (Appendix D.3).

Optuna's tree of Parzen estimators proposes configurations and Hyperband ends bad ones early. What is
minimised is the mean squared error of the validation predictions, which all families can be compared
by. What Hyperband compares is the error that the family reports while it is fitted, in a measure of
its own: within one study all trials have the same, so that their order is meaningful.

It may import `errors`, `extras`, `files`, `journal`, `metrics`, `optimizers`, `parsing`, `records`,
`surrogates`, `surrogates.members` and `tables`.
"""
