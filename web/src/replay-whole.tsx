/** Policy, signals, statechart and explanation of a moment. */
import { useRef } from "preact/hooks";
import { PolicyTable } from "./policy-table.tsx";
import type { PastMoment } from "./replay-moment.ts";
import { type Both, useSay } from "./settings.ts";
import { Signals } from "./signals.tsx";
import { StateChart } from "./state-chart.tsx";

const WORDS = {
  policy: { zh: "当时的执行策略", en: "How work ran" },
  signals: { zh: "信号", en: "Signals" },
  chart: { zh: "状态图", en: "Statechart" },
  chartNote: {
    zh: "蓝色是那一刻所在的状态，粗箭头是到那时为止的最近一步。",
    en: "Blue is where it was at that moment; the strong arrow is the last step until then.",
  },
  full: { zh: "当时的完整说明", en: "The whole explanation of that moment" },
} as const satisfies Record<string, Both>;

export function Whole({ moment }: { readonly moment: PastMoment }) {
  const say = useSay();
  const { snapshot, seq, step } = moment;
  // Readings that change nothing leave the picture as it is; it is asked for when the state is another.
  const look = `${JSON.stringify(snapshot.state)} ${step?.seq}`;
  const pictured = useRef({ look: "", seq });
  if (pictured.current.look !== look) pictured.current = { look, seq };
  return (
    <>
      <section aria-labelledby="policy">
        <h2 id="policy">{say(WORDS.policy)}</h2>
        <PolicyTable policy={snapshot.policy} />
      </section>
      <section aria-labelledby="signals">
        <h2 id="signals">{say(WORDS.signals)}</h2>
        <Signals state={snapshot.state} />
      </section>
      <section class="wide" aria-labelledby="chart">
        <h2 id="chart">{say(WORDS.chart)}</h2>
        <p class="quiet">{say(WORDS.chartNote)}</p>
        <StateChart at={String(pictured.current.seq)} tier={snapshot.tier} version={null} />
      </section>
      <details class="wide">
        <summary>{say(WORDS.full)}</summary>
        <pre class="whole">{snapshot.explanation}</pre>
      </details>
    </>
  );
}
