"""结算: fill, check and explain the settlement forms of student aid at technical schools (技工院校学生资助金结算)."""

__version__ = "0.1.0"
