/** What the routes of the statechart take and answer. */
import { Type } from "typebox";
import { THEMES } from "../charts/palette.ts";
import { VIEW_NAMES } from "../charts/view-names.ts";
import { PROBLEMS } from "./schema-answer.ts";
import { oneOf, reference } from "./schema-parts.ts";
import { LANGUAGE_PARAMETER, MOMENT_PARAMETER } from "./schema-request.ts";

export const JSON_TYPE = "application/json";
export const MERMAID_TYPE = "text/vnd.mermaid";
export const SVG_TYPE = "image/svg+xml";
export const SCXML_TYPE = "application/scxml+xml";
/** The first is answered to whoever takes anything. */
export const OFFERS = [JSON_TYPE, SVG_TYPE, MERMAID_TYPE, SCXML_TYPE] as const;

const CHART_PARAMETERS = {
  ...LANGUAGE_PARAMETER,
  ...MOMENT_PARAMETER,
  view: Type.Optional(
    oneOf(VIEW_NAMES, { description: "Which picture; else the overview with the tier unfolded." }),
  ),
};

/** Which picture, and of which moment. */
export const ChartQuery = Type.Object(CHART_PARAMETERS, { additionalProperties: false });

/** The same, with colours. */
export const PictureQuery = Type.Object(
  {
    ...CHART_PARAMETERS,
    theme: Type.Optional(oneOf(THEMES, { description: "Colours; else light." })),
  },
  { additionalProperties: false },
);

function textContent(type: string, example: string) {
  return { [type]: { schema: { type: "string", examples: [example] } } };
}

const json = { [JSON_TYPE]: { schema: reference("Statechart") } };
const mermaid = textContent(MERMAID_TYPE, "stateDiagram-v2\n  [*] --> detecting");
const svg = textContent(SVG_TYPE, '<svg xmlns="http://www.w3.org/2000/svg"></svg>');
const scxml = textContent(SCXML_TYPE, '<scxml xmlns="http://www.w3.org/2005/07/scxml"></scxml>');

/** The bodies of the answers, by kind. */
export const CONTENT = {
  json,
  mermaid,
  svg,
  scxml,
  all: { ...json, ...svg, ...mermaid, ...scxml },
};

/** What all routes of the chart say of themselves. */
export function chartSchema(summary: string, content: object) {
  return {
    tags: ["statechart"],
    summary,
    description: "States, transitions and guards: the spec that the runtime runs.",
    response: { 200: { description: "The chart.", content }, ...PROBLEMS },
  };
}
