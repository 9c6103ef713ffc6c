"""Examples: other libraries against the benchmark. Each runs from the repository, and as a test."""
