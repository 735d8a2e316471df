"""From which rules are met to the decision: one Boolean program, then the verdict."""
