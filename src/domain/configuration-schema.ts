/**
 * The JSON Schema (2020-12) of the configuration file, made from the table of settings.
 *
 * Editors show it while somebody writes the file. What a schema cannot say (the order of thresholds,
 * the stale limits) is checked by `configuration-parse.ts` alone.
 */
import { DEFAULT_CONFIGURATION } from "./configuration.ts";
import { SETTINGS } from "./setting.ts";
import { SETTING_LIST_MAX, type Setting } from "./setting-kind.ts";
import {
  HOST_PATTERN,
  PERCENT_PATTERN,
  SIZE_PATTERN,
  TOKEN_PATTERN,
  URL_PATTERN,
} from "./setting-value.ts";

/** A schema as plain JSON. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

type Branch = {
  type: "object";
  additionalProperties: false;
  properties: Record<string, Branch | JsonSchema>;
};

/** The schema of the configuration file. */
export function configurationSchema(): JsonSchema {
  const root = emptyBranch();
  root.properties["$schema"] = { type: "string" };
  for (const setting of SETTINGS) {
    const keys = setting.path.split(".");
    const last = keys.pop() as string;
    let branch = root;
    for (const key of keys) {
      branch.properties[key] ??= emptyBranch();
      branch = branch.properties[key] as Branch;
    }
    branch.properties[last] = {
      description: setting.about,
      ...valueSchema(setting),
      ...defaultSchema(setting),
    };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of runtime-profile",
    description: "Absent keys take their defaults; unknown keys are refused.",
    ...root,
  };
}

function emptyBranch(): Branch {
  return { type: "object", additionalProperties: false, properties: {} };
}

function valueSchema(setting: Setting): JsonSchema {
  const forms = formsOf(setting);
  if (setting.is_nullable) forms.push({ type: "null" });
  return forms.length === 1 ? (forms[0] as JsonSchema) : { anyOf: forms };
}

function formsOf(setting: Setting): JsonSchema[] {
  switch (setting.kind) {
    case "fraction":
      return [
        { type: "number", minimum: setting.min, maximum: setting.max },
        { type: "string", pattern: PERCENT_PATTERN },
      ];
    case "size_mib":
      return [
        { type: "integer", minimum: setting.min, maximum: setting.max },
        { type: "string", pattern: SIZE_PATTERN },
      ];
    case "duration_ms":
    case "count":
      return [{ type: "integer", minimum: setting.min, maximum: setting.max }];
    case "boolean":
      return [{ type: "boolean" }];
    case "choice":
      return [{ enum: setting.choices }];
    case "text":
      return [textSchema(setting)];
    case "url":
      return [{ ...textSchema(setting), pattern: URL_PATTERN }];
    case "host":
      return [{ ...textSchema(setting), pattern: HOST_PATTERN }];
    case "token":
      return [{ ...textSchema(setting), pattern: TOKEN_PATTERN }];
    case "list":
      return [{ type: "array", maxItems: SETTING_LIST_MAX, items: textSchema(setting) }];
  }
}

function textSchema({ min, max }: { readonly min: number; readonly max: number }): JsonSchema {
  return { type: "string", minLength: min, maxLength: max };
}

function defaultSchema({ path }: Setting): JsonSchema {
  let value: unknown = DEFAULT_CONFIGURATION;
  for (const key of path.split(".")) value = (value as Record<string, unknown>)[key];
  return value === undefined ? {} : { default: value };
}
