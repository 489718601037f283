Option Explicit
' What the buttons run: one macro per button, for ribbons, form buttons and the macro list alike.

Public Sub CalcButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('calc', " & WindowOf() & ")"
End Sub

Public Sub CheckButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('check', " & WindowOf() & ")"
End Sub

Public Sub ClearButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('clear', " & WindowOf() & ")"
End Sub

Public Sub PreviousButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('previous', " & WindowOf() & ")"
End Sub

Public Sub NextButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('next', " & WindowOf() & ")"
End Sub

Public Sub ExplainButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('explain', " & WindowOf() & ")"
End Sub

Public Sub NewButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('new', " & WindowOf() & ")"
End Sub

Public Sub HelpButton()
    RunPython "import jiesuan_addin; jiesuan_addin.run('help', " & WindowOf() & ")"
End Sub
