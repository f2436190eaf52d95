/** The six signals of the statechart as short labels, each with its state in words and in colour. */
import { REGIONS, type Region, type State } from "../../src/domain/state.ts";
import * as states from "../../src/policy/words-states.ts";
import { useSettings } from "./settings.ts";

type Signal = Exclude<Region, "profile">;
type Speaker = Readonly<Record<string, Readonly<Record<"zh" | "en", () => string>>>>;

const WORDS: Readonly<Record<Signal, Speaker>> = {
  vram: states.VRAM_WORDS,
  memory: states.MEMORY_WORDS,
  tasks: states.TASKS_WORDS,
  cloud: states.CLOUD_WORDS,
  hold: states.HOLD_WORDS,
  editor: states.EDITOR_WORDS,
};

const GOOD = ["absent", "relaxed", "healthy", "reachable", "idle", "free"];
const BAD = ["exhausted", "lost", "failing", "held.shed"];
const OPEN = ["unknown", "off"];

export function Signals({ state }: { readonly state: State }) {
  const { language } = useSettings();
  return (
    <dl class="signals">
      {REGIONS.filter((region): region is Signal => region !== "profile").map((region) => (
        <div key={region} class={`signal ${toneOf(state[region])}`}>
          <dt>{states.REGION_NAMES[region][language]()}</dt>
          <dd>
            {WORDS[region][state[region]]?.[language]() ?? state[region]}{" "}
            <code>{state[region]}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function toneOf(name: string): string {
  if (GOOD.includes(name)) return "good";
  if (BAD.includes(name)) return "bad";
  return OPEN.includes(name) ? "open" : "worse";
}
