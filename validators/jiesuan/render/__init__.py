"""Reports as text and JSON; rules and forms as pages."""
