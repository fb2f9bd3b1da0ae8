"""The report's style sheet: one page width, two colour schemes, nothing fetched."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --ink: #1c2024; --soft: #5d6570; --line: #e2e4e8; --band: #f4f5f7;
  --accent: #2f66c4; --float32: #7b8491; --float16: #2f66c4; --uint16: #12836a; --uint8: #c8540a;
  --bar: #8fb0e3; --warn: #a8340b; --warn-page: #fdf0ea; --good: #12724f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1b1f24; --ink: #e7e9ec; --soft: #9ba4b0; --line: #30363d; --band: #22272d;
    --accent: #7aa8f5; --float32: #8d97a4; --float16: #7aa8f5; --uint16: #43c6a2; --uint8: #f3914b;
    --bar: #47689c; --warn: #ff9d70; --warn-page: #33221a; --good: #55cf9d;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI",
  Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 40px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 44px 0 4px; }
h3 { font-size: 15px; margin: 20px 0 6px; }
p { margin: 4px 0 12px; max-width: 76ch; }
p.lead, .soft { color: var(--soft); }
code, .name { font: 13px/1.4 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace;
  overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 8px; }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.figure b { display: block; font-size: 22px; line-height: 1.25; font-weight: 600; }
.figure span { color: var(--soft); font-size: 13px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.name { min-width: 9ch; }
.scroll { overflow-x: auto; }
.meter { display: grid; grid-template-columns: 1fr 76px; align-items: center; gap: 10px; min-width: 200px; }
.meter i { display: block; height: 12px; border-radius: 2px; background: var(--float32); }
.meter span { font-variant-numeric: tabular-nums; white-space: nowrap; }
.meter i.float16 { background: var(--float16); } .meter i.uint16 { background: var(--uint16); }
.meter i.uint8 { background: var(--uint8); } .meter i.light { opacity: .55; } .meter i.bar { background: var(--bar); }
.chip { display: inline-block; border: 1px solid var(--line); border-radius: 999px; padding: 1px 10px; font-size: 13px;
  margin: 0 6px 6px 0; background: var(--card); }
.chip.good { color: var(--good); } .chip.bad { color: var(--warn); background: var(--warn-page); }
.note { background: var(--band); border-left: 3px solid var(--accent); padding: 8px 14px; margin: 10px 0;
  border-radius: 0 6px 6px 0; max-width: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13px; color: var(--soft); margin: 8px 0; }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
.small { display: grid; grid-template-columns: repeat(auto-fill, minmax(310px, 1fr)); gap: 20px 24px; }
.small figcaption { font-size: 13px; color: var(--soft); margin-bottom: 4px; }
figure { margin: 0; }
details { margin: 12px 0; } summary { cursor: pointer; color: var(--accent); }
svg { display: block; max-width: 100%; height: auto; font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto,
  "Noto Sans", "DejaVu Sans", sans-serif; }
svg text { fill: var(--ink); } svg .axis, svg .kinds { fill: var(--soft); }
svg .row-label { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: 10.5px; }
svg .warning { fill: var(--warn); } svg .grid { stroke: var(--line); } svg .band { fill: var(--band); }
svg .bar { fill: var(--bar); } svg .dot { fill: var(--accent); }
svg .float16 { fill: var(--float16); stroke: var(--float16); }
svg .uint16 { fill: var(--uint16); stroke: var(--uint16); }
svg .uint8 { fill: var(--uint8); stroke: var(--uint8); } svg .whisker { stroke-width: 1.4; opacity: .5; }
svg .limit { stroke-dasharray: 4 3; stroke-width: 1.4; }
svg .kept { fill: var(--bar); } svg .lost { fill: var(--uint8); }
svg .flow { fill: none; stroke: var(--accent); stroke-width: 1.5; opacity: .75; } svg .back { stroke-dasharray: 4 3; }
svg .tile-label { fill: #fff; font-weight: 600; } svg .tile-name, svg .tile-size { fill: #fff; font-size: 10.5px; }
svg .tile-size { opacity: .8; } svg .frame { filter: brightness(.72); }
svg .shade0 { fill: #2b62b8; } svg .shade1 { fill: #4059b5; } svg .shade2 { fill: #5550b0; }
svg .shade3 { fill: #6a47a8; }
svg .shade4 { fill: #7e3f9c; } svg .shade5 { fill: #90398c; } svg .shade6 { fill: #9f3679; }
svg .shade7 { fill: #a93864; }
@media print { body { background: #fff; } details { display: block; } }
"""
