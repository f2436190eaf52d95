/** The examples under each help text, as data. */

/** Lines that can be typed as they stand, by command. */
export const EXAMPLES = {
  PROGRAM: [
    "runtime-profile",
    "runtime-profile --port 9000 --set vram.enter=0.88",
    "runtime-profile detect",
    "runtime-profile explain --lang zh",
    "runtime-profile monitor -n 5",
    "runtime-profile log --follow",
  ],
  SERVE: ["runtime-profile serve --port 9000", "runtime-profile serve --config my.json"],
  DETECT: [
    "runtime-profile detect",
    "runtime-profile detect --json",
    "runtime-profile detect --save",
    "runtime-profile detect --from report.json",
  ],
  DOCTOR: [
    "runtime-profile doctor",
    "runtime-profile doctor --json",
    "runtime-profile doctor --report report.json",
  ],
  EXPLAIN: ["runtime-profile explain", "runtime-profile explain --json"],
  MONITOR: [
    "runtime-profile monitor",
    "runtime-profile monitor -n 5",
    "runtime-profile monitor --json",
  ],
  FIT: [
    "runtime-profile fit qwen3.5:9b",
    "runtime-profile fit moondream --images 2 --context 2048",
    "runtime-profile fit qwen3.5:9b --json",
  ],
  LOG: [
    "runtime-profile log",
    "runtime-profile log --type transition --limit 10",
    "runtime-profile log --json --after 1000",
    "runtime-profile log --follow",
  ],
  REPLAY: [
    "runtime-profile replay",
    "runtime-profile replay --to -10m",
    "runtime-profile replay --to 4711 --json",
    "runtime-profile replay --from 2026-11-26 --speed 600",
    "runtime-profile replay --step --reason VRAM_EXHAUSTED",
  ],
  VERIFY: [
    "runtime-profile verify",
    "runtime-profile verify --write-anchor ~/log.anchor.json",
    "runtime-profile verify --anchor ~/log.anchor.json --json",
  ],
  EXPORT: [
    "runtime-profile export --out log.ndjson",
    "runtime-profile export --format cloudevents --out log.cloudevents.ndjson",
    "runtime-profile export --with-names | gzip > log.ndjson.gz",
  ],
  IMPORT: ["runtime-profile import log.ndjson --data-dir /tmp/their-log"],
  CHART: [
    "runtime-profile chart",
    "runtime-profile chart --open --view LOCAL_GPU_MID",
    "runtime-profile chart --open --at -10m --theme dark",
    "runtime-profile chart --out runtime.scxml",
  ],
  WHAT_IF: [
    "runtime-profile what-if --set vram.enter=0.90",
    "runtime-profile what-if --set vram.enter=0.80 --set memory.enter=3GB",
    "runtime-profile what-if --host other_profile.json --json",
  ],
  SIMULATE: [
    "runtime-profile simulate < inputs.ndjson",
    "runtime-profile simulate inputs.ndjson --summary --set vram.enter=0.9",
    "runtime-profile simulate inputs.ndjson --log run.sqlite > answers.ndjson",
  ],
} as const;
