"""A second opinion by another engine: durable_rules as a witness in a process of its own."""
