/**
 * The page of the bench: `docs/decision-bench.md` and its picture in both languages. Every figure on it
 * is one of this run; sentences around them say what is measured and nothing that a run could change.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultResult } from "./faults.ts";
import { pictureOf } from "./picture.ts";
import type { ClosedGroup, FailureGroup, OpenGroup } from "./results.ts";
import {
  asMarkdown,
  closedTable,
  failureTable,
  faultTable,
  openTable,
  type Table,
} from "./tables.ts";

export interface AllFigures {
  readonly closed: readonly ClosedGroup[];
  readonly open: readonly OpenGroup[];
  readonly faults: readonly FaultResult[];
  readonly failures: readonly FailureGroup[];
}

const DOCS = join(import.meta.dirname, "../../docs");

const HEAD = `# The decision bench

[中文图](decision-bench.zh-CN.svg)

![Three scenarios over time with a row for each controller, and the sums of all scenarios as bars](decision-bench.svg)

Does it step down in time, does it flap, does it run out of memory, and how much does that caution cost? The real decider (\`step\` with its default configuration) runs in virtual time beside simple controllers, on recorded and on generated use. This page is written by the bench itself:

\`\`\`sh
npx node bench/decisions/main.ts
npx node bench/decisions/main.ts --json
npx node bench/decisions/main.ts --svg picture.svg
npx node bench/decisions/main.ts --write docs
\`\`\`

The same figures come out each time. It ends with 1 when a goal is missed.

## Goals

`;

const CONTROLLERS = `## Who is compared

- **runtime-profile**: the decider as it ships; a smaller model needs half of the tier's model. *One model*: without the smaller one. *Own share unknown*: nobody tells it how much of what is in use is its own.
- **bare threshold**: off the card over 85 %, back at or under it. For memory: under 2 GiB available.
- **hysteresis**: off over 85 %, back under 75 %. For memory: back at 2.5 GiB.
- **fit check only**: off over 85 %, back when what is in use and the model stay within 85 %.
- **kubelet style**: looks each 10 s; over 85 % for 90 s or over 92 % at once; back after five minutes without either.

A comparison with a value that is no number is false for the last four, as it is in programs that are written so.

`;

const CLOSED = `## Closed loop

Others' use comes from a trace. Our model takes memory of its own: it loads in 6 s, unloads in 1.5 s, and is gone when the sum passes 98.5 %; each such end counts once as *out of memory*. At each sample others' use changes first, then the meter is read, then the controller speaks: a rise from one sample to the next meets whatever is loaded, and no controller can see it coming.

- **Switch**: a change of rung. **Flap**: two opposite switches in a row less than 60 s apart. *Down, up* is a return sooner than the dwell, which must not happen; *up, down* must stay possible, because hard evidence is answered at once.
- **Tier's model**, **any model**: share of time in which the model is wholly loaded and wanted; any model counts the smaller one too.
- **Over the limit**: share of time in which we hold memory although the sum is over 85 % (memory: less than 2 GiB available).
- **A clairvoyant** holds the model whenever others' use and the model stay within 85 % and needs no time to load. **One who waits** sees no future: it comes back after a minute that fits, and loads in 6 s.

The sawtooth is generated. It stands for a recording of an 11 GB card that is not part of this repository, and is arranged by that recording's known figures (\`bench/decisions/generated.ts\` says which). On the recording itself a prototype of these rules reached 44.4 % of the time where a clairvoyant reaches 70.2 %, without running out of memory; the figure is a goal here, although a trace that was rebuilt is not the same trace.

`;

const OPEN = `## Open loop

The use is given and nothing that a controller does changes it; no model of ours is in it.

- **Episode**: the first sample at or over the limit (95 % of the card, 93 % on the sawtooth, 256 MiB available in the recordings of earlyoom), armed again after five samples under 0.95 × the limit. **In time**: degraded without a break since at least 2 s before it (one interval, where that is longer). **Lead**: that time, the middle one.
- **Needless**: degraded while use is under the enter level and stays there for the next 60 s (five intervals, where that is longer).
- **Recovery lag**: from the last needed sample to the best rung, the middle one.

From 2 GiB available to 256 MiB takes 0.3 to 1.2 s in the recordings of earlyoom, and plato's card fills within one sample: nobody is in time there. Admission has to prevent such ends; that is what the closed loop shows.

`;

const FAULTS = `## Failing sensors

The use is recorded or generated as in the open loop, and 60 s before an exhaustion the sensor fails. *Lost*: it gives no number. *Zero*: its raw field reads 0. *Frozen*: the last value again and again, and its source time stands still. Answered means: off the resource when the exhaustion comes. An episode counts where the controller was on the resource as the sensor failed.

`;

const FAILURES = `## Failing tasks

25,000 tasks arrive by chance, 30 s apart on average; 1.5 % fail, and in 40 outages of 15 minutes most do. The tasks go through the real \`step\` with a reading each second; on the cloud's rung they go to the cloud, but for the probes of the half-open breaker. *False*: the breaker opens outside every outage and not within the half hour after one (then it is *late*). *Suffered*: tasks that failed here during outages, probes included. *Sent away*: tasks that went to the cloud and would have succeeded here. The recorded arrivals are an hour of requests to a language model (Azure).

`;

/** The page. */
export function pageOf({ closed, open, faults, failures }: AllFigures, goals: Table): string {
  const rows = asMarkdown(goals).split("\n").slice(2).join("\n");
  return [
    HEAD,
    `${rows}\n`,
    CONTROLLERS,
    CLOSED,
    ...closed.map((each) => `${asMarkdown(closedTable(each))}\n`),
    OPEN,
    ...open.map((each) => `${asMarkdown(openTable(each))}\n`),
    FAULTS,
    `${asMarkdown(faultTable(faults))}\n`,
    FAILURES,
    asMarkdown(failureTable(failures)),
  ].join("");
}

/** Writes the page and its pictures into `docs`. */
export function writeDocs(page: string, closed: readonly ClosedGroup[]): void {
  writeFileSync(join(DOCS, "decision-bench.md"), page);
  writeFileSync(join(DOCS, "decision-bench.svg"), pictureOf(closed, "en"));
  writeFileSync(join(DOCS, "decision-bench.zh-CN.svg"), pictureOf(closed, "zh"));
}
