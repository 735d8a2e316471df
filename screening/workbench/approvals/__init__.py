"""Four eyes: a second person signs what changes, and only then is it published."""
