"""The error of writing results, on its own so that the command line can name it without loading what writes."""


class OutputError(Exception):
    """The result cannot be written; the message is Chinese and says what to do."""
