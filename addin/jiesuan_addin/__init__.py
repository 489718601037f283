"""What the ribbon buttons of the Excel add-in call: xlwings books in, marks out."""
