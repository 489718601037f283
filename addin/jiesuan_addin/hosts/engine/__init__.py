"""The xlwings side of the headless hosts: its engine interface, written once over `hosts.port`."""
