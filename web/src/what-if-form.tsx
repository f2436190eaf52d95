/** What to suppose: sliders in groups, the cloud, another host, any other setting, and the button. */
import type { Configuration } from "../../src/domain/configuration.ts";
import { type Both, useSay, useSettings } from "./settings.ts";
import {
  CLOUD_KEY,
  changedValue,
  changesOf,
  EMPTY_DRAFT,
  presentOf,
  withControl,
} from "./what-if-changes.ts";
import { Folded, type GroupProps, HostGroup, isIn, MoreSettings } from "./what-if-groups.tsx";
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
  cloud: { zh: "允许使用云端", en: "Cloud allowed" },
  cloudNote: { zh: "不会真的发送任何东西", en: "nothing is sent anywhere" },
  now: { zh: "现在", en: "now" },
  yes: { zh: "允许", en: "allowed" },
  no: { zh: "不允许", en: "not allowed" },
  problems: { zh: "还不能计算：", en: "Not yet possible:" },
  run: { zh: "重算历史", en: "Go through the log" },
  cancel: { zh: "取消", en: "Cancel" },
  clear: { zh: "全部复位", en: "Reset all" },
} as const satisfies Record<string, Both>;

export interface FormProps extends GroupProps {
  readonly configuration: Configuration;
  readonly isRunning: boolean;
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
      <MoreSettings draft={draft} onDraft={onDraft} />
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
