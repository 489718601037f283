"""公示: the public list with only what may be published, and a linter that says what in a list must not be."""
