Option Explicit
' The callbacks named in the ribbon XML.

Public Sub OnCalc(control As IRibbonControl)
    CalcButton
End Sub

Public Sub OnCheck(control As IRibbonControl)
    CheckButton
End Sub

Public Sub OnClear(control As IRibbonControl)
    ClearButton
End Sub

Public Sub OnPrevious(control As IRibbonControl)
    PreviousButton
End Sub

Public Sub OnNext(control As IRibbonControl)
    NextButton
End Sub

Public Sub OnExplain(control As IRibbonControl)
    ExplainButton
End Sub

Public Sub OnNew(control As IRibbonControl)
    NewButton
End Sub

Public Sub OnHelp(control As IRibbonControl)
    HelpButton
End Sub
