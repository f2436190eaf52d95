/** What runs on the host besides us and matters: model servers, editors, and what surrounds us. */

/** Model servers that are told apart. */
export const SERVER_KINDS = ["ollama", "lmstudio", "llamacpp", "vllm"] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

/** A model that a server offers. */
export interface ServedModel {
  readonly name: string;
  readonly vision: boolean | null;
  readonly loaded: boolean | null;
  /** Longest context in tokens. */
  readonly context: number | null;
  readonly size_bytes: number | null;
  /** A cloud model is cloud wherever its server runs. */
  readonly cloud: boolean;
}

/** Any model server beside the Ollama of `Host.ollama`. */
export interface ModelServer {
  /** `null`: something answers there, and it is none that we know. */
  readonly kind: ServerKind | null;
  readonly address: string;
  readonly running: boolean | null;
  readonly version: string | null;
  readonly models: readonly ServedModel[];
}

/** An editor of the table or of the configuration. */
export interface Editor {
  /** Stable word, for example `davinci`, `premiere`. */
  readonly id: string;
  readonly name: string;
  readonly installed: boolean | null;
  readonly running: boolean | null;
  /** Resident memory of its processes in MiB. */
  readonly memory_mib: number | null;
}

/** What surrounds the program: containers and virtual Linux hosts change what its figures mean. */
export interface Surrounding {
  /** `null`: not WSL. */
  readonly wsl: 1 | 2 | null;
  /** For example `docker`, `podman`, `kubernetes`; `null`: none was seen. */
  readonly container: string | null;
}
