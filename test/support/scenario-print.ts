/**
 * Prints what the runtime said: a line for each change, and for each transition its sentence in both
 * languages; changes of other regions, of the policy and of the advice in one short line each.
 */
import type { Output } from "../../src/domain/output.ts";
import { REGIONS } from "../../src/domain/state.ts";

import { profileText, sentenceOf } from "../../src/policy/sentence.ts";
import { explainIn } from "../../src/replay/explain.ts";

import type { Scenario } from "./scenario.ts";
import { SEPARATOR } from "./scenario-parse.ts";
import type { Telling, Told } from "./scenario-tell.ts";
import { timeText } from "./scenario-words.ts";

const LANGUAGES = ["zh", "en"] as const;
const TIME_WIDTH = 9;

/** The whole file: the story as written, and what was said. */
export function fileText(scenario: Scenario, telling: Telling): string {
  return `${[scenario.written, SEPARATOR, ...transcriptLines(scenario, telling)].join("\n")}\n`;
}

/** What was said, line by line. */
export function transcriptLines(scenario: Scenario, telling: Telling): readonly string[] {
  const roles: Roles = { vision: "", planning: "", editing: "" };
  let lastTime = "";
  const lines = telling.told.flatMap((told) => {
    const time = timeText(told.at);
    const block = blockOf(told, roles).map((line, index) => {
      const isNew = index === 0 && time !== lastTime;
      return `${margin(isNew ? time : "")}${line}`.trimEnd();
    });
    if (block.length > 0) lastTime = time;
    return block;
  });
  return [...lines, ...endLines(scenario, telling)];
}

type Roles = Record<"vision" | "planning" | "editing", string>;

function blockOf(told: Told, roles: Roles): readonly string[] {
  return told.kind === "explain"
    ? ["why?", ...whyLines(told)]
    : told.outputs.flatMap((output) => outputLines(output, roles));
}

function margin(text: string): string {
  return text.padEnd(TIME_WIDTH);
}

function outputLines(output: Output, roles: Roles): readonly string[] {
  switch (output.type) {
    case "transition": {
      const [from, to] = [output.from, output.to].map((each) => profileText(each, "en"));
      const sentences = LANGUAGES.map((language) => `  ${sentenceOf(output.reason, language)}`);
      return [`${from} → ${to}   ${output.reason.code}`, ...sentences];
    }
    case "fact":
      return [`${output.region}: ${output.from} → ${output.to}`];
    case "policy.changed":
      return (["vision", "planning", "editing"] as const).flatMap((role) => {
        if (roles[role] === output[role]) return [];
        roles[role] = output[role];
        return [`policy: ${role} = ${output[role]}`];
      });
    case "recommendation.changed":
      return [`advice: ${output.codes.length === 0 ? "none" : output.codes.join(", ")}`];
    case "alert":
      return [`ALERT ${output.code}, since ${timeText(output.since)}`];
  }
}

/** The short answer in sentences, or the whole text. */
function whyLines({ state, isFull }: Extract<Told, { kind: "explain" }>): readonly string[] {
  return LANGUAGES.flatMap((language) => {
    const frame = { language, seq: null, isRunning: true, droppedBeats: 0, timeOf: timeText };
    const { explanation, sentences } = explainIn(state, frame, []);
    const lines = isFull ? explanation.split("\n") : sentences;
    return lines.map((line) => `  ${line}`);
  });
}

function endLines({ endMs }: Scenario, { state, readings, answered }: Telling): readonly string[] {
  const regions = REGIONS.filter((region) => region !== "profile").map(
    (region) => `${region} ${state.chart.state[region]}`,
  );
  return [
    `${margin(timeText(endMs))}the end: ${profileText(state.chart.state.profile, "en")}`,
    `${margin("")}${regions.join(", ")}`,
    `${margin("")}${readings} readings, ${answered} with an answer`,
  ];
}
