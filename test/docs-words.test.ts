/** The pages have every code with its meaning, and no code that does not exist. */

import { expect, test } from "vitest";
import { MARKS } from "../src/cli/words-doctor.ts";
import { nvidiaCellCode, nvidiaFailureCode } from "../src/detect/nvidia-failure.ts";
import { ERROR_CODES, type ErrorCode, RuntimeProfileError } from "../src/domain/error.ts";
import { DISPATCH_CODES } from "../src/domain/job.ts";
import { NOTE_CODES } from "../src/domain/note.ts";
import { REFUSAL_CODES } from "../src/domain/reason.ts";
import { TIERS } from "../src/domain/tier.ts";
import { HOOK_VARIABLES } from "../src/effects/hook-event.ts";
import { refusalOf } from "../src/http/problem.ts";
import { DESCRIPTIONS } from "../src/machines/descriptions.ts";
import { DOCTOR_CODES, DOCTOR_KINDS, findingOf } from "../src/policy/doctor-code.ts";
import { FIT_REASONS, FIT_REMARKS } from "../src/policy/fit-shape.ts";
import { MISSING_CODES } from "../src/policy/policy.ts";
import { remedyText } from "../src/policy/words-doctor.ts";
import { FIT_REASON_WORDS, FIT_REMARK_WORDS } from "../src/policy/words-fit.ts";
import { INEXACT_CODES } from "../src/replay/inexact.ts";
import { FINDINGS } from "../src/replay/verify.ts";
import { codesIn, GUIDES, PAGES, tableOf, textOf, variables } from "./support/pages.ts";

test("docs: both guides have every reason code and every error code, and no other", () => {
  for (const guide of GUIDES) {
    const reasons = tableOf(guide, "Code | Meaning", "代码 | 含义");
    expect(reasons.map(([code]) => code)).toEqual(REFUSAL_CODES.map((code) => `\`${code}\``));
    const errors = tableOf(guide, "Code | When", "代码 | 情形");
    expect(errors.map(([code]) => code)).toEqual(ERROR_CODES.map((code) => `\`${code}\``));
    for (const [code = "", , statuses = ""] of errors) {
      const error = new RuntimeProfileError(code.slice(1, -1) as ErrorCode, "");
      if (statuses !== "–") expect(statuses, code).toContain(String(refusalOf(error).status));
    }
  }
  const meanings = tableOf(GUIDES[0], "Code | Meaning").map(([, meaning]) => meaning);
  expect(meanings.slice(0, -1)).toEqual(Object.values(DESCRIPTIONS));
});

test("docs: no page names a code that does not exist", () => {
  const others = ["DEFAULT_CONFIGURATION", "ERROR_CODES", "REASON_CODES", "DECIDER_VERSION"];
  const ofSystems = ["NO_COLOR", "XDG_DATA_HOME", "CUDA_VISIBLE_DEVICES"];
  const known = new Set<string>([
    ...[...REFUSAL_CODES, ...ERROR_CODES, ...MISSING_CODES, ...TIERS],
    ...[...FINDINGS, ...INEXACT_CODES, ...DOCTOR_CODES],
    ...[...FIT_REASONS, ...FIT_REMARKS, ...DISPATCH_CODES],
    ...[...variables(), ...HOOK_VARIABLES.map((name) => `RUNTIME_PROFILE_${name}`)],
    ...[...others, ...ofSystems, "OPENAI_API_KEY"],
  ]);
  const unknown = PAGES.flatMap((page) =>
    codesIn(textOf(page))
      .filter((code) => /^[A-Z]+(_[A-Z]+)+$/.test(code) && !known.has(code))
      .map((code) => `${page}: ${code}`),
  );
  expect(unknown).toEqual([]);
});

test("docs: the texts of nvidia-smi in both guides give the remark beside them", () => {
  for (const guide of GUIDES) {
    const rows = tableOf(guide, "Text of nvidia-smi", "nvidia-smi 的文字");
    expect(rows.length).toBeGreaterThan(10);
    for (const [text = "", remark = ""] of rows) {
      const [said] = codesIn(text);
      const [code] = codesIn(remark);
      expect(NOTE_CODES).toContain(code);
      if (said === undefined) continue;
      const found = said.startsWith("[")
        ? nvidiaCellCode(said)
        : nvidiaFailureCode({ exit_code: null, text: said });
      expect(found, said).toBe(code);
    }
  }
});

test("docs: both guides have every code of a fit with its words, and the example as it is told", () => {
  const figures = {
    zh: { meter: "GPU 显存", amount: "N" },
    en: { meter: "GPU memory", amount: "N" },
  };
  for (const [guide, language] of [
    [GUIDES[0], "en"],
    [GUIDES[1], "zh"],
  ] as const) {
    const rows = tableOf(guide, "Code of a fit | Says", "放得下吗的代码 | 含义");
    expect(rows).toEqual([
      ...FIT_REASONS.map((code) => [
        `\`${code}\``,
        FIT_REASON_WORDS[code][language](figures[language]),
      ]),
      ...FIT_REMARKS.map((code) => [`\`${code}\``, FIT_REMARK_WORDS[code][language]("N")]),
    ]);
    const [, shown = ""] = /<!-- fit -->\n```text\n([\s\S]*?)\n```/.exec(textOf(guide)) ?? [];
    expect(shown.split("\n").length).toBeGreaterThan(20);
    expect(textOf(`test/golden/fit.${language}.txt`)).toContain(`\n\n${shown}\n\n# `);
  }
});

test("docs: both guides have every finding of doctor with its mark and what to do, and no other", () => {
  for (const [guide, language] of [
    [GUIDES[0], "en"],
    [GUIDES[1], "zh"],
  ] as const) {
    const rows = tableOf(guide, "Finding | Mark", "检查结果 | 标记");
    expect(rows.map(([code, mark, , remedy]) => [code, mark, remedy])).toEqual(
      DOCTOR_CODES.map((code) => [
        `\`${code}\``,
        MARKS[DOCTOR_KINDS[code].verdict],
        remedyText(findingOf(code), language) ?? "–",
      ]),
    );
  }
});
