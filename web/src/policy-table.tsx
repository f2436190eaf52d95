/** How work runs: one row per role, with what it lacks where it is not ready. */
import type { Policy } from "../../src/policy/policy.ts";
import { MISSING_WORDS } from "../../src/policy/words-missing.ts";
import { type Both, useSay, useSettings } from "./settings.ts";

const WORDS = {
  caption: { zh: "执行策略", en: "Execution policy" },
  role: { zh: "任务", en: "Role" },
  where: { zh: "在哪里", en: "Where" },
  model: { zh: "模型", en: "Model" },
  device: { zh: "设备", en: "Device" },
  state: { zh: "状态", en: "State" },
  ready: { zh: "就绪", en: "ready" },
  notReady: { zh: "未就绪", en: "not ready" },
  vision: { zh: "视觉", en: "Vision" },
  planning: { zh: "规划", en: "Planning" },
  editing: { zh: "剪辑", en: "Editing" },
} as const satisfies Record<string, Both>;

const SCENES = {
  zh: (most: number) => `每次最多 ${most} 个场景`,
  en: (most: number) => `at most ${most} ${most === 1 ? "scene" : "scenes"} at once`,
};

const PROVIDERS: Readonly<Record<string, Both>> = {
  local: { zh: "本机", en: "this computer" },
  cloud: { zh: "云端", en: "cloud" },
  none: { zh: "不运行", en: "nowhere" },
};

const DEVICES: Readonly<Record<string, Both>> = {
  auto: { zh: "自动，优先 GPU", en: "automatic, GPU first" },
  cpu: { zh: "CPU", en: "CPU" },
  remote: { zh: "远程", en: "remote" },
  none: { zh: "–", en: "–" },
};

interface Row {
  readonly role: Both;
  readonly where: string;
  readonly model: string | null;
  readonly device: string;
  readonly ready: boolean;
  readonly missing: readonly string[];
}

export function PolicyTable({ policy }: { readonly policy: Policy }) {
  const say = useSay();
  const { language } = useSettings();
  const rows = rowsOf(policy, say, language);
  return (
    <table class="policy">
      <caption class="hidden">{say(WORDS.caption)}</caption>
      <thead>
        <tr>
          {[WORDS.role, WORDS.where, WORDS.model, WORDS.device, WORDS.state].map((head) => (
            <th scope="col" key={head.en}>
              {say(head)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.role.en}>
            <th scope="row">{say(row.role)}</th>
            <td data-label={say(WORDS.where)}>{row.where}</td>
            <td data-label={say(WORDS.model)}>
              <code>{row.model ?? "–"}</code>
            </td>
            <td data-label={say(WORDS.device)}>{row.device}</td>
            <td data-label={say(WORDS.state)}>
              <span class={row.ready ? "tag good" : "tag open"}>
                {say(row.ready ? WORDS.ready : WORDS.notReady)}
              </span>{" "}
              {row.missing.join(language === "zh" ? "，" : ", ")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function rowsOf(policy: Policy, say: (both: Both) => string, language: "zh" | "en"): Row[] {
  const { vision, planning, editing } = policy;
  const missingOf = (codes: Policy["vision"]["missing"], model: string | null) =>
    codes.map((code) => MISSING_WORDS[code][language](model));
  const where = (provider: string) => say(PROVIDERS[provider] ?? { zh: provider, en: provider });
  const device = (name: string) => say(DEVICES[name] ?? { zh: name, en: name });
  const scenes = vision.provider === "none" ? "" : ` · ${SCENES[language](vision.max_scenes)}`;
  return [
    {
      role: WORDS.vision,
      where: where(vision.provider),
      model: vision.model,
      device: device(vision.device) + scenes,
      ready: vision.ready,
      missing: missingOf(vision.missing, vision.model),
    },
    {
      role: WORDS.planning,
      where: where(planning.provider),
      model: planning.model,
      device: device(planning.device),
      ready: planning.ready,
      missing: missingOf(planning.missing, planning.model),
    },
    {
      role: WORDS.editing,
      where: editing.editor === "none" ? where("none") : "DaVinci Resolve",
      model: null,
      device: "–",
      ready: editing.ready,
      missing: missingOf(editing.missing, null),
    },
  ];
}
