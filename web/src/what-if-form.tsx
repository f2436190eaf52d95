/** What to suppose: sliders in groups, the cloud, another host, any other setting, and the button. */
import { useEffect, useState } from "preact/hooks";
import type { Configuration } from "../../src/domain/configuration.ts";
import type { ProfileView } from "../../src/replay/views.ts";
import { ask } from "./api.ts";
import { useAsked } from "./asked.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import {
  CLOUD_KEY,
  changedValue,
  changesOf,
  type Draft,
  type DraftProblem,
  EMPTY_DRAFT,
  HOST_KEYS,
  presentOf,
  withControl,
} from "./what-if-changes.ts";
import { hostSizes } from "./what-if-host.ts";
import { PRESETS } from "./what-if-presets.ts";
import { WhatIfSlider } from "./what-if-slider.tsx";
import {
  SLIDER_GROUPS,
  type Slider,
  type SliderGroup,
  settingOf,
  shownOf,
} from "./what-if-sliders.ts";
import { problemText } from "./what-if-words.ts";

const WORDS = {
  title: { zh: "假如当时是……", en: "What if it had been…" },
  intro: {
    zh: "改变一些值，看看记录下来的历史会怎样不同。这里只是重算，不会改变任何设置。",
    en: "Change some values and see how the recorded history would have gone. It is only computed again; no setting changes.",
  },
  examples: { zh: "例子", en: "Examples" },
  changed: { zh: "已改", en: "changed" },
  cloud: { zh: "允许使用云端", en: "Cloud allowed" },
  cloudNote: { zh: "不会真的发送任何东西", en: "nothing is sent anywhere" },
  now: { zh: "现在", en: "now" },
  yes: { zh: "允许", en: "allowed" },
  no: { zh: "不允许", en: "not allowed" },
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
  problems: { zh: "还不能计算：", en: "Not yet possible:" },
  run: { zh: "重算历史", en: "Go through the log" },
  cancel: { zh: "取消", en: "Cancel" },
  clear: { zh: "全部复位", en: "Reset all" },
} as const satisfies Record<string, Both>;

export interface FormProps {
  readonly configuration: Configuration;
  readonly draft: Draft;
  readonly problems: readonly DraftProblem[];
  readonly isRunning: boolean;
  readonly onDraft: (draft: Draft) => void;
  readonly onRun: () => void;
  readonly onCancel: () => void;
}

/** The first contradictions are enough; the others come when these are mended. */
const PROBLEMS_SHOWN = 3;

export function WhatIfForm(props: FormProps) {
  const { configuration, draft, problems, isRunning, onDraft, onRun, onCancel } = props;
  const say = useSay();
  const isEmpty = Object.keys(changesOf(draft)).length === 0 && draft.more.trim() === "";
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isEmpty && problems.length === 0 && !isRunning) onRun();
  };
  return (
    <form class="suppose" noValidate onSubmit={submit}>
      <h2>{say(WORDS.title)}</h2>
      <p class="quiet">{say(WORDS.intro)}</p>
      <Presets configuration={configuration} onDraft={onDraft} />
      {SLIDER_GROUPS.map((group) => (
        <Group key={group.key} group={group} {...props} />
      ))}
      <HostGroup {...props} />
      <More draft={draft} onDraft={onDraft} />
      <div class="send">
        <Problems problems={problems} />
        <p class="buttons">
          <button
            type="submit"
            class="primary"
            disabled={isEmpty || problems.length > 0 || isRunning}
          >
            {say(WORDS.run)}
          </button>
          {isRunning ? (
            <button type="button" onClick={onCancel}>
              {say(WORDS.cancel)}
            </button>
          ) : (
            <button type="button" disabled={isEmpty} onClick={() => onDraft(EMPTY_DRAFT)}>
              {say(WORDS.clear)}
            </button>
          )}
        </p>
      </div>
    </form>
  );
}

/** Always there, so that what comes into it is read aloud. */
function Problems({ problems }: Pick<FormProps, "problems">) {
  const say = useSay();
  const { language } = useSettings();
  return (
    <div role="status" class="problems">
      {problems.length > 0 && (
        <>
          <p class="problem">{say(WORDS.problems)}</p>
          <ul>
            {problems.slice(0, PROBLEMS_SHOWN).map((problem) => {
              const text = problemText(problem, language);
              return <li key={text}>{text}</li>;
            })}
          </ul>
        </>
      )}
    </div>
  );
}

function Presets({ configuration, onDraft }: Pick<FormProps, "configuration" | "onDraft">) {
  const say = useSay();
  return (
    <fieldset class="presets">
      <legend class="label">{say(WORDS.examples)}</legend>
      {PRESETS.map(({ key, name, changes }) => (
        <button
          key={key}
          type="button"
          onClick={() => onDraft({ controls: changes(configuration), more: "" })}
        >
          {say(name(configuration))}
        </button>
      ))}
    </fieldset>
  );
}

function Group({ group, ...props }: FormProps & { readonly group: SliderGroup }) {
  const say = useSay();
  const title = say(group.title);
  const keys = group.sliders.map(({ key }) => key);
  if (group.key === "tasks") keys.push(CLOUD_KEY);
  return (
    <Folded title={title} keys={keys} {...props}>
      {group.sliders.map((slider) => (
        <SettingSlider key={slider.key} slider={slider} title={title} {...props} />
      ))}
      {group.key === "tasks" && <CloudChoice {...props} />}
    </Folded>
  );
}

interface FoldedProps extends Pick<FormProps, "draft"> {
  readonly title: string;
  readonly keys: readonly string[];
  readonly children: preact.ComponentChildren;
}

/** A group that can be folded; it says how many of its values are changed. */
function Folded({ title, keys, draft, children }: FoldedProps) {
  const say = useSay();
  const changed = keys.filter((key) => key in draft.controls).length;
  const [isOpen, setOpen] = useState(keys[0]?.startsWith("vram.") === true);
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

interface SettingSliderProps extends FormProps {
  readonly slider: Slider;
  readonly title: string;
}

function SettingSlider({ slider, title, ...props }: SettingSliderProps) {
  const say = useSay();
  const { key, unit } = slider;
  const present = presentOf(props.configuration, key);
  const text = props.draft.controls[key];
  const value = text === undefined ? null : changedValue(key, text);
  return (
    <WhatIfSlider
      id={`what-if-${key}`}
      group={title}
      name={say(slider.name)}
      note={say(slider.note)}
      {...{ unit, max: slider.max, step: slider.step }}
      present={typeof present === "number" ? shownOf(unit, present) : null}
      changed={typeof value === "number" ? shownOf(unit, value) : null}
      isChanged={text !== undefined}
      isWrong={isIn(props.problems, key)}
      onChange={(shown) =>
        props.onDraft(
          withControl(props.draft, key, shown === null ? null : String(settingOf(unit, shown))),
        )
      }
    />
  );
}

function CloudChoice({ configuration, draft, onDraft }: FormProps) {
  const say = useSay();
  const present = presentOf(configuration, CLOUD_KEY) === true;
  const text = draft.controls[CLOUD_KEY];
  const isOn = text === undefined ? present : changedValue(CLOUD_KEY, text) === true;
  return (
    <label class={`choice${text === undefined ? "" : " changed"}`}>
      <input
        type="checkbox"
        checked={isOn}
        onChange={({ currentTarget: { checked } }) =>
          onDraft(withControl(draft, CLOUD_KEY, checked === present ? null : String(checked)))
        }
      />
      <span>{say(WORDS.cloud)}</span>
      <span class="note">
        {say(WORDS.now)} {say(present ? WORDS.yes : WORDS.no)} · {say(WORDS.cloudNote)}
      </span>
    </label>
  );
}

const HOST_SLIDERS = [
  { key: HOST_KEYS[0], name: WORDS.vram, note: WORDS.vramNote, max: 48 },
  { key: HOST_KEYS[1], name: WORDS.memory, note: WORDS.memoryNote, max: 128 },
] as const;

function HostGroup({ draft, problems, onDraft }: FormProps) {
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

function More({ draft, onDraft }: Pick<FormProps, "draft" | "onDraft">) {
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

function isIn(problems: readonly DraftProblem[], key: string): boolean {
  return problems.some((problem) => {
    if (problem.kind === "order") return problem.lower === key || problem.upper === key;
    return problem.kind === "value" && problem.path === key;
  });
}
