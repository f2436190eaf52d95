/** Groups of the form that can be folded: what they have in common, another host, any other setting. */
import { useEffect, useState } from "preact/hooks";
import type { ProfileView } from "../../src/replay/views.ts";
import { ask } from "./api.ts";
import { useAsked } from "./asked.ts";
import { usePresent } from "./present.ts";
import { type Both, useSay } from "./settings.ts";
import { type Draft, type DraftProblem, HOST_KEYS, withControl } from "./what-if-changes.ts";
import { hostSizes } from "./what-if-host.ts";
import { WhatIfSlider } from "./what-if-slider.tsx";

const WORDS = {
  host: { zh: "另一台电脑", en: "Another host" },
  vram: { zh: "显卡显存", en: "GPU memory of the card" },
  vramNote: { zh: "0 表示没有显卡", en: "0 means no card" },
  memory: { zh: "内存大小", en: "Memory" },
  memoryNote: { zh: "用量不变，剩余随之改变", en: "what was used stays; what is free follows" },
  more: { zh: "其他设置", en: "More settings" },
  moreLabel: { zh: "每行一个 路径=值", en: "One path=value a line" },
  moreNote: {
    zh: "和命令行的 --set 一样；例如 vram.min_samples=3 或 tier.choice=LOCAL_GPU_LOW",
    en: "As --set of the command line takes it; for example vram.min_samples=3 or tier.choice=LOCAL_GPU_LOW",
  },
  changed: { zh: "已改", en: "changed" },
} as const satisfies Record<string, Both>;

export interface GroupProps {
  readonly draft: Draft;
  readonly problems: readonly DraftProblem[];
  readonly onDraft: (draft: Draft) => void;
}

interface FoldedProps extends Pick<GroupProps, "draft"> {
  readonly title: string;
  readonly keys: readonly string[];
  readonly children: preact.ComponentChildren;
}

/** A group that can be folded; it says how many of its values are changed. */
export function Folded({ title, keys, draft, children }: FoldedProps) {
  const say = useSay();
  const changed = keys.filter((key) => key in draft.controls).length;
  const hasCard = usePresent().status?.monitor.metrics.gpu !== null;
  const first = hasCard ? "vram." : "memory.";
  const [isOpen, setOpen] = useState(keys[0]?.startsWith(first) === true);
  // What is changed must be seen; what was opened stays open when its changes go.
  useEffect(() => {
    if (changed > 0) setOpen(true);
  }, [changed > 0]);
  return (
    <details
      class="group"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        {title}
        {changed > 0 && <span class="tag changed-count">{`${changed} ${say(WORDS.changed)}`}</span>}
      </summary>
      {children}
    </details>
  );
}

const HOST_SLIDERS = [
  { key: HOST_KEYS[0], name: WORDS.vram, note: WORDS.vramNote, max: 48 },
  { key: HOST_KEYS[1], name: WORDS.memory, note: WORDS.memoryNote, max: 128 },
] as const;

/** The host is no setting: a card and a memory of another size. */
export function HostGroup({ draft, problems, onDraft }: GroupProps) {
  const say = useSay();
  const { answer } = useAsked((signal) => ask<ProfileView>("profile", {}, signal), []);
  const host = answer?.host ?? null;
  const sizes = host === null ? { vramGb: null, memoryGb: null } : hostSizes(host);
  return (
    <Folded title={say(WORDS.host)} keys={HOST_KEYS} draft={draft}>
      {HOST_SLIDERS.map(({ key, name, note, max }) => {
        const text = draft.controls[key];
        return (
          <WhatIfSlider
            key={key}
            id={`what-if-${key}`}
            group={say(WORDS.host)}
            name={say(name)}
            note={say(note)}
            {...{ unit: "gigabytes", max, step: 1 }}
            present={key === HOST_KEYS[0] ? sizes.vramGb : sizes.memoryGb}
            changed={text === undefined || !Number.isFinite(Number(text)) ? null : Number(text)}
            isChanged={text !== undefined}
            isWrong={isIn(problems, key)}
            onChange={(shown) =>
              onDraft(withControl(draft, key, shown === null ? null : String(shown)))
            }
          />
        );
      })}
    </Folded>
  );
}

/** Whatever has no slider, as `--set` takes it. */
export function MoreSettings({ draft, onDraft }: Omit<GroupProps, "problems">) {
  const say = useSay();
  return (
    <details class="group" open={draft.more !== ""}>
      <summary>{say(WORDS.more)}</summary>
      <label class="more">
        <span>{say(WORDS.moreLabel)}</span>
        <textarea
          rows={3}
          spellcheck={false}
          value={draft.more}
          onInput={({ currentTarget }) => onDraft({ ...draft, more: currentTarget.value })}
        />
        <span class="note">{say(WORDS.moreNote)}</span>
      </label>
    </details>
  );
}

/** Whether a problem is about this control. */
export function isIn(problems: readonly DraftProblem[], key: string): boolean {
  return problems.some((problem) => {
    if (problem.kind === "order") return problem.lower === key || problem.upper === key;
    return problem.kind === "value" && problem.path === key;
  });
}
