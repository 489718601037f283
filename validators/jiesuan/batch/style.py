"""Look and behaviour of report.html."""

CSS = """
*{box-sizing:border-box}body{margin:0;background:#f4f6f9;color:#1f2933;font:14px/1.55 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif}
main{max-width:1280px;margin:0 auto;padding:24px}h1{font-size:24px;margin:0 0 16px}h2{font-size:18px;margin:28px 0 8px}
.cards{display:flex;flex-wrap:wrap;gap:10px}.card{background:#fff;border:1px solid #d8dee6;border-radius:8px;padding:10px 18px;min-width:92px;text-align:center}
.card b{display:block;font-size:24px}.card span{color:#52606d}.card.ok b{color:#2e7d32}.card.e b{color:#c62828}.card.c b{color:#b7791f}.card.h b{color:#1565c0}
.charts{display:flex;flex-wrap:wrap;gap:14px;margin-top:14px}figure{flex:1 1 420px;margin:0;background:#fff;border:1px solid #d8dee6;border-radius:8px;padding:12px}
figcaption{font-weight:bold;margin-bottom:8px}svg{width:100%;height:auto}
table{border-collapse:collapse;width:100%;background:#fff}th,td{border:1px solid #d8dee6;padding:5px 8px;text-align:left;vertical-align:top}
th{background:#e8eef6;position:sticky;top:0}small{color:#616e7c}td.e,td.c,td.h,td.ok{white-space:nowrap}td.n{white-space:nowrap;text-align:right}td ul{margin:4px 0 0;padding-left:18px;color:#52606d}
i{font-style:normal;border-radius:4px;padding:0 6px;display:inline-block}i.e,td.e{background:#ffd6d9;color:#8e1b22}i.c,td.c{background:#fff1c2;color:#7a5200}
i.h,td.h{background:#dcebfb;color:#0d4a8c}td.ok{background:#dff3e1;color:#1e5e22}.note{color:#52606d;margin:6px 0}.note.bad{color:#8e1b22}
details{background:#fff;border:1px solid #d8dee6;border-radius:6px;margin:6px 0;padding:6px 10px}summary{cursor:pointer}details table{margin-top:8px}
.tools input[type=search],.tools select{padding:5px 8px;border:1px solid #b8c2cc;border-radius:5px;font:inherit;max-width:340px}[hidden]{display:none!important}
@media print{body{background:#fff;font-size:11px}main{max-width:none;padding:0}.tools{display:none}th{position:static}thead{display:table-header-group}
tr,figure,.card{break-inside:avoid}details{border:0;padding:0}details::details-content{content-visibility:visible;height:auto}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
@page{size:A4 landscape;margin:12mm}}
"""

JS = """
(function(){
var find=document.getElementById('find'),rule=document.getElementById('rule'),todo=document.getElementById('todo');
function apply(){
  var name=find.value.trim(),code=rule.value;
  document.querySelectorAll('.school').forEach(function(box){
    var d=box.dataset,ok=(!name||d.name.indexOf(name)>=0)&&(!code||(' '+d.codes+' ').indexOf(' '+code+' ')>=0)&&(!todo.checked||d.todo==='1');
    box.hidden=!ok;
  });
  document.querySelectorAll('tr[data-code]').forEach(function(row){row.hidden=!!code&&row.dataset.code!==code;});
}
[find,rule,todo].forEach(function(box){box.addEventListener('input',apply);});
function open(){var box=location.hash&&document.getElementById(location.hash.slice(1));if(box&&box.tagName==='DETAILS'){box.open=true;box.scrollIntoView();}}
addEventListener('hashchange',open);open();
addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(box){box.open=true;});});
})();
"""
