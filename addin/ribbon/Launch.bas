Option Explicit
' Starts Python out of process and waits. The launcher beside the user's settings knows the interpreter; it is written
' by "jiesuan excel install", so that this file is the same, byte for byte, on every machine.
' -P keeps the folder of the workbook off Python's path.

Public Sub RunPython(ByVal Code As String)
    Dim Result As Long
    On Error GoTo Failed
#If Mac Then
    Result = CLng(AppleScriptTask("jiesuan.applescript", "RunPython", Code))
#Else
    Dim Host As Object
    Set Host = CreateObject("WScript.Shell")
    Result = Host.Run("""%LOCALAPPDATA%\jiesuan\python.cmd"" -P -B -c """ & Code & """", 0, True)
#End If
    If Result = 0 Then Exit Sub
Failed:
    MsgBox Chinese(Advice()), vbExclamation, Chinese("8D4452A97ED37B97")
End Sub

Public Function WindowOf() As String
    WindowOf = "0"
    On Error Resume Next
    WindowOf = CStr(Application.Hwnd)
End Function

' The program did not start. Run "jiesuan excel status" at the command prompt, it says why. It works without the add-in,
' too: right-click the file, Send to. (The text in UTF-16 codes: VBA source knows no Chinese.)
Private Function Advice() As String
    Advice = "7A0B5E8F6CA167098FD0884C8D77676530028BF75728201C547D4EE463D0793A7B26201D91CC8FD0"
    Advice = Advice & "884C0020006A00690065007300750061006E00200065007800630065006C00200073007400610074"
    Advice = Advice & "00750073FF0C5B834F1A8BF4660E539F56E030024E0D752852A08F7D98794E5F53EF4EE5FF1A53F3"
    Advice = Advice & "952E70B965874EF6FF0C9009201C53D190015230201D91CC7684201C7ED37B9768219A8C201D3002"
End Function

Private Function Chinese(ByVal Codes As String) As String
    Dim Place As Long
    For Place = 1 To Len(Codes) Step 4
        Chinese = Chinese & ChrW$(CLng("&H" & Mid$(Codes, Place, 4)))
    Next Place
End Function
