/** The colours of the picture, for light and dark pages. Ours is blue; what hurts is red. */
export const PICTURE_STYLE = `
svg { --page: #ffffff; --ink: #1d2733; --soft: #5a6675; --back: #f1f4f8; --others: #a9b3c0; --ours: #2f7fd6;
  --small: #86bdf0; --limit: #b35c00; --bad: #c62828; --on: #2a9257; --half: #9bd6b0; --off: #e8b06a; --bar: #98a4b3; }
@media (prefers-color-scheme: dark) {
  svg { --page: #11161d; --ink: #e6ebf1; --soft: #a3afbd; --back: #1b232d; --others: #566375; --ours: #4f9bf0;
    --small: #9ccbf7; --limit: #f0a04b; --bad: #ff7b72; --on: #3fb873; --half: #2d6b48; --off: #8a5a1f; --bar: #5f6d7e; }
}
text { font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "DejaVu Sans", sans-serif; font-size: 13px; fill: var(--ink); }
.page { fill: var(--page); } .back { fill: var(--back); }
.title { font-size: 22px; font-weight: 600; } .panel-title { font-size: 15px; font-weight: 600; }
.small-title { font-weight: 600; } .lead, .axis { fill: var(--soft); } .axis { font-size: 11px; text-anchor: middle; }
.key, .value { font-size: 12px; } .strong { font-weight: 700; fill: var(--ours); } .figure { fill: var(--soft); }
.bad { fill: var(--bad); font-weight: 600; }
.others { fill: var(--others); } .ours { fill: var(--ours); } .small { fill: var(--small); }
.limit { stroke: var(--limit); stroke-width: 1.2; stroke-dasharray: 4 3; fill: none; }
.cross { stroke: var(--bad); stroke-width: 1.8; fill: none; } .tick { stroke: var(--bad); stroke-width: 1; fill: none; }
.at-nominal { fill: var(--on); } .at-small { fill: var(--half); } .at-off { fill: var(--off); }
.bar { fill: var(--bar); } .bar-ours { fill: var(--ours); }
`;
