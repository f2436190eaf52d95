/** What the OpenAPI page says of the door. Schemas document here; nothing is dropped or refused by them. */
import { type TSchema, Type } from "typebox";
import { LOCAL_ONLY_HEADER, WAIT_HEADER, WAIT_MOST_MS } from "./chat-request.ts";
import { VIRTUAL_MODELS } from "./virtual-models.ts";

const NAMES = [...VIRTUAL_MODELS.keys()];
const nullableText = { type: ["string", "null"] };

const STANDS_FOR = { provider: "local", model: "qwen3.5:4b", device: "auto", ready: true };
const MODEL = {
  id: NAMES[0],
  object: "model",
  created: 1_767_225_600,
  owned_by: "runtime-profile",
  stands_for: STANDS_FOR,
};
const REQUEST = {
  model: NAMES[1],
  messages: [{ role: "user", content: "Order these three cuts." }],
  stream: false,
};
const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_767_225_600,
  model: "qwen3.5:4b",
  choices: [
    { index: 0, message: { role: "assistant", content: "2, 1, 3." }, finish_reason: "stop" },
  ],
};
const ERROR = {
  error: {
    message: "At most 64 jobs may wait, and so many do; ask again later.",
    type: "server_error",
    param: null,
    code: "queue_full",
  },
};

const model = Type.Object(
  {
    id: Type.String({ enum: NAMES }),
    object: Type.Literal("model"),
    created: Type.Integer({ description: "When the service began, in seconds since 1970." }),
    owned_by: Type.Literal("runtime-profile"),
    stands_for: Type.Object({
      provider: Type.String({ enum: ["local", "cloud", "none"] }),
      model: Type.Unsafe<string | null>(nullableText),
      device: Type.String({ enum: ["auto", "cpu", "remote", "none"] }),
      ready: Type.Boolean(),
    }),
  },
  { $id: "VirtualModel", description: "A role, asked for like a model.", examples: [MODEL] },
);

const models = Type.Object(
  { object: Type.Literal("list"), data: Type.Array(Type.Ref("VirtualModel#")) },
  { $id: "VirtualModels", description: "All.", examples: [{ object: "list", data: [MODEL] }] },
);

const request = Type.Object(
  {
    model: Type.String({ enum: NAMES }),
    messages: Type.Array(
      Type.Object({ role: Type.String() }, { additionalProperties: true, minProperties: 1 }),
      { minItems: 1 },
    ),
    stream: Type.Optional(Type.Boolean()),
  },
  {
    $id: "ChatRequest",
    description: "As OpenAI's; every other field passes to the model untouched.",
    additionalProperties: true,
    examples: [REQUEST],
  },
);

const completion = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("chat.completion"),
    created: Type.Integer(),
    model: Type.String({ description: "The model that answered." }),
    choices: Type.Array(Type.Object({}, { additionalProperties: true })),
  },
  {
    $id: "ChatCompletion",
    description: "As OpenAI's.",
    additionalProperties: true,
    examples: [COMPLETION],
  },
);

const error = Type.Object(
  {
    error: Type.Object({
      message: Type.String({ description: "What was expected, what came, what to do." }),
      type: Type.String(),
      param: Type.Unsafe<string | null>(nullableText),
      code: Type.Unsafe<string | null>(nullableText),
    }),
  },
  { $id: "OpenAiError", description: "An error in OpenAI's shape.", examples: [ERROR] },
);

/** The named components of the door. */
export const DOOR_COMPONENTS: readonly TSchema[] = [model, models, request, completion, error];

const ERRORS = {
  "4xx": {
    description: "The request cannot be done as it is; the error says why and what to do.",
    content: { "application/json": { schema: { $ref: "OpenAiError#" } } },
  },
  "5xx": {
    description: "No model can do it now, or one failed; `retry-after` says when to ask again.",
    content: { "application/json": { schema: { $ref: "OpenAiError#" } } },
  },
};

function answers(name: string, description: string) {
  return {
    200: { description, content: { "application/json": { schema: { $ref: `${name}#` } } } },
    ...ERRORS,
  };
}

/** `GET /v1/models`. */
export const MODELS_SCHEMA = {
  tags: ["models"],
  summary: "The roles that can be asked for",
  description: "In OpenAI's shape, with the model that stands behind each role now.",
  response: answers("VirtualModels", "Both models."),
};

/** `GET /v1/models/{id}`. */
export const MODEL_SCHEMA = {
  tags: ["models"],
  summary: "One of these roles",
  description: "In OpenAI's shape, with the model that stands behind the role now.",
  params: Type.Object({ id: Type.String({ examples: NAMES }) }),
  response: answers("VirtualModel", "The model."),
};

const CHUNKS = {
  schema: {
    type: "string",
    examples: ['data: {"object":"chat.completion.chunk","choices":[]}\n\ndata: [DONE]\n\n'],
    description: "Pieces in OpenAI's form, then `[DONE]`; a failure ends the stream without it.",
  },
};

/** `POST /v1/chat/completions`. */
export const CHAT_SCHEMA = {
  tags: ["models"],
  summary: "Let a model work",
  description:
    "OpenAI's chat completions: the policy chooses model and device, and the headers x-runtime-profile-* say where it ran and why.",
  headers: Type.Object({
    [LOCAL_ONLY_HEADER]: Type.Optional(
      Type.String({
        enum: ["true", "false"],
        description: "Never the cloud, whatever is allowed.",
      }),
    ),
    [WAIT_HEADER]: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: WAIT_MOST_MS,
        description: "Longest time in the queue.",
      }),
    ),
  }),
  body: { $ref: "ChatRequest#" },
  response: {
    ...ERRORS,
    200: {
      description: "The answer; with `stream` its pieces as they come.",
      content: {
        "application/json": { schema: { $ref: "ChatCompletion#" } },
        "text/event-stream": CHUNKS,
      },
    },
  },
};
