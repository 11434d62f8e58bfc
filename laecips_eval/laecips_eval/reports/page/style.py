"""The style sheet of a run's page: light, dark, on phones, on paper. No file, no font from afar."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1b1f24;--soft:#59636e;
--line:#d5dae0;
--band:#eef1f5;--published:#0067a5;--edge:#c24a00;--untrained:#6b7280;--cloud:#0067a5;
--fallback:#a3127a;--mark:#1b7f4b;--good:#116b3c;--bad:#a4212d}
@media (prefers-color-scheme:dark){:root{--paper:#14171c;--card:#1d2128;--ink:#e8eaed;
--soft:#a3acb8;
--line:#363d47;--band:#1d222a;--published:#5db4f0;--edge:#ff9a57;--untrained:#a9b1bd;
--cloud:#5db4f0;
--fallback:#f07fd0;--mark:#5fd08e;--good:#5fd08e;--bad:#ff8a90}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.8rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.6rem 0 .5rem}
p{margin:.4rem 0;max-width:76ch}.soft{color:var(--soft)}
code{font:.86em/1.45 ui-monospace,Menlo,Consolas,monospace}
pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:12px 14px;
white-space:pre-wrap;overflow-wrap:anywhere;margin:.6rem 0}
dl.setup{display:flex;flex-wrap:wrap;gap:.15rem 1.4rem;margin:.6rem 0 0;font-size:.9rem}
dl.setup div{display:flex;gap:.4rem}dl.setup dt{color:var(--soft)}
dl.setup dd{margin:0;overflow-wrap:anywhere}
.badge{display:inline-block;border:1.5px solid var(--bad);color:var(--bad);border-radius:99px;
padding:0 .6rem;font-size:.85rem;font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;padding:0;margin:1.5rem 0 0;
list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tiles b{display:block;font-size:2rem;line-height:1.15;font-weight:650;
font-variant-numeric:tabular-nums;
margin:.1rem 0 .2rem}
.tiles b small{font-size:.95rem;font-weight:600;margin-left:.15rem;white-space:nowrap}
.tiles .up{color:var(--good)}.tiles .down{color:var(--bad)}
.tiles .what{font-size:.85rem;font-weight:600}
.tiles .how{display:block;font-size:.82rem;line-height:1.4;color:var(--soft)}
figure{margin:1.3rem 0 0}
figcaption{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;align-items:baseline;font-size:.85rem;
margin-bottom:.15rem}
figcaption .what{font-weight:600;font-size:.95rem}
.key{display:inline-flex;align-items:center;gap:.4rem;white-space:nowrap}
.key svg{width:30px;height:12px;flex:none}
svg{display:block}svg.wide,svg.narrow{width:100%;height:auto}svg.narrow{display:none}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft);
font-variant-numeric:tabular-nums}
svg text.name{fill:var(--ink)}
.band.b0{fill:var(--band)}.band.b1{fill:none}.grid{stroke:var(--line);stroke-width:1}
.curve{fill:none;stroke-width:2;stroke-linejoin:round}
.published{stroke:var(--published)}.edge_only{stroke:var(--edge);stroke-dasharray:7 3}
.edge_untrained{stroke:var(--untrained);stroke-dasharray:2 3}
.sent,.up{stroke:var(--published)}.hard{stroke:var(--edge);stroke-dasharray:7 3}
.down{stroke:var(--edge);stroke-dasharray:7 3}
.tiles .up,.tiles .down{stroke:none}
.dots{fill:none;stroke-width:1.3}
.dots.edge{stroke:var(--edge);stroke-width:3;stroke-linecap:round;opacity:.55}
.dots.cloud{stroke:var(--cloud);fill:var(--paper)}.dots.edge_fallback{stroke:var(--fallback)}
.mark path{stroke:var(--mark);stroke-width:1.6}
.mark text{fill:var(--mark);font-weight:700;paint-order:stroke;
stroke:var(--paper);stroke-width:3px}
.mark.gone path{stroke:var(--bad);stroke-dasharray:5 3}.mark.gone text{fill:var(--bad)}
.bars.trained{fill:var(--edge)}.bars.untrained rect{stroke:var(--untrained)}
.hatch{stroke:var(--untrained);stroke-width:2.4}
.delta path{stroke:var(--ink);stroke-width:1.6;stroke-dasharray:6 3}
.delta text{fill:var(--ink);font-weight:600;
paint-order:stroke;stroke:var(--paper);stroke-width:4px}
.scroll{overflow-x:auto;margin:.7rem 0 0}
table{border-collapse:collapse;font-size:.88rem;min-width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:0 0 .35rem}
caption span{position:sticky;left:0;display:inline-block;max-width:min(76ch,calc(100vw - 28px))}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th:first-child{padding-left:0}
thead th{border-bottom:2px solid var(--line);font-weight:600;vertical-align:bottom}
td.w{min-width:6rem}td.w+td.w{min-width:10.5rem}
.n{text-align:right;white-space:nowrap}thead .n{white-space:normal}.w{text-align:left}
tbody th{font-weight:500;white-space:nowrap}
tr.group th{text-align:left;font-weight:650;padding-top:.8rem;color:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.8rem 0;
font-size:.85rem}
.legend li{display:inline-flex;align-items:center;gap:.4rem}
.legend i{width:15px;height:15px;border-radius:3px;border:1px solid var(--soft);flex:none;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
.frame{margin:1.2rem 0 0}.frame h4{font-size:.9rem;font-weight:500;margin:0 0 .35rem}
.frame h4 b{font-weight:650}
.panels{display:grid;grid-template-columns:repeat(4,1fr);gap:8px}
.panels.three{grid-template-columns:repeat(3,1fr)}
.panels figure{margin:0}.panels img{display:block;width:100%;height:auto;border-radius:4px}
.panels figcaption{display:block;font-size:.8rem;margin:.2rem 0 0;color:var(--soft)}
footer{margin-top:3rem;font-size:.82rem;color:var(--soft)}
@media (max-width:900px){.tiles{grid-template-columns:repeat(2,1fr)}}
@media (max-width:700px){main{padding:20px 14px 40px}svg.wide{display:none}svg.narrow{display:block}
h1{font-size:1.35rem}.panels,.panels.three{grid-template-columns:repeat(2,1fr)}.tiles{gap:8px}
.tiles li{padding:10px 12px}.tiles b{font-size:1.55rem}}
@media (max-width:420px){.tiles b small{display:block;margin:0}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;
--band:#f0f2f5;
--published:#0067a5;--edge:#c24a00;--untrained:#6b7280;--cloud:#0067a5;--fallback:#a3127a;
--mark:#1b7f4b;
--good:#116b3c;--bad:#a4212d}body{font-size:11px}main{max-width:none;padding:0}
svg.wide{display:block!important}svg.narrow{display:none!important}
.tiles{grid-template-columns:repeat(3,1fr)}
.panels{grid-template-columns:repeat(4,1fr)}.scroll{overflow:visible}
figure,.frame,.tiles li,tr{break-inside:avoid}h2,h3,h4{break-after:avoid}}
"""
