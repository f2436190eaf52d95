/** The law of the house: which room may import what. Change it only together with docs/architecture.md. */

/** What one room may import: rooms, packages, and whether Node's own modules. */
export interface RoomLaw {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
}

/** Room → rooms it may import, and packages (a package may be limited to one file). */
export const LAW: Readonly<Record<string, RoomLaw>> = {
  domain: { rooms: [], packages: [], node: false },
  policy: { rooms: ["domain"], packages: [], node: false },
  machines: { rooms: ["domain"], packages: ["xstate"], node: false },
  log: { rooms: ["domain"], packages: ["better-sqlite3"], node: true },
  detect: { rooms: ["domain"], packages: ["systeminformation"], node: true },
  replay: { rooms: ["domain", "policy", "machines", "log"], packages: [], node: false },
  streams: { rooms: ["domain", "detect"], packages: ["rxjs"], node: false },
  effects: { rooms: ["domain", "policy"], packages: ["ollama/browser", "openai"], node: true },
  charts: { rooms: ["domain", "machines"], packages: [], node: false },
  stairwell: {
    rooms: [
      "domain",
      "policy",
      "machines",
      "log",
      "detect",
      "replay",
      "streams",
      "effects",
      "charts",
    ],
    packages: [],
    node: true,
  },
  http: {
    rooms: ["stairwell", "replay", "charts", "log", "policy", "domain"],
    packages: [
      "fastify",
      "typebox",
      "@fastify/type-provider-typebox",
      "@fastify/swagger",
      "@fastify/swagger-ui",
      "@fastify/helmet",
      "@fastify/static",
      "prom-client",
    ],
    node: true,
  },
  gateway: {
    rooms: ["stairwell", "effects", "policy", "domain"],
    packages: ["fastify", "typebox", "@fastify/type-provider-typebox"],
    node: true,
  },
  cli: {
    rooms: [
      "stairwell",
      "detect",
      "replay",
      "charts",
      "http",
      "gateway",
      "policy",
      "domain",
      "log",
    ],
    packages: ["commander"],
    node: true,
  },
  index: {
    rooms: ["stairwell", "detect", "replay", "policy", "domain"],
    packages: [],
    node: false,
  },
};
