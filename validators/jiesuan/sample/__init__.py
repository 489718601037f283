"""Fictitious schools: consistent students and forms of any size, and mistakes planted in them."""
