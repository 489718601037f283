Option Explicit
' Starts Python from LibreOffice, which has no WScript: the interpreter is named by the environment.

Public Sub RunPython(ByVal Code As String)
    Shell Environ("JIESUAN_PYTHON"), 0, "-P -B -c """ & Code & """", True
End Sub

Public Function WindowOf() As String
    WindowOf = "0"
End Function
