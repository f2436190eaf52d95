/** The door's own models: not a name of weights, but of a job; what stands behind each is the policy's. */
import type { WorkRole } from "../domain/job.ts";
import type { Policy, PolicyDevice, Provider } from "../policy/policy.ts";

/** The names that applications ask for, and the role that each stands for. */
export const VIRTUAL_MODELS: ReadonlyMap<string, WorkRole> = new Map([
  ["runtime/vision", "vision"],
  ["runtime/planning", "planning"],
]);

/** A model in OpenAI's shape, and what it stands for at this moment. */
export interface VirtualModel {
  readonly id: string;
  readonly object: "model";
  /** Seconds since 1970: when this service began. */
  readonly created: number;
  readonly owned_by: "runtime-profile";
  readonly stands_for: {
    readonly provider: Provider;
    readonly model: string | null;
    readonly device: PolicyDevice;
    readonly ready: boolean;
  };
}

/** The model of this name; `null` for a name that the door does not know. */
export function virtualModelOf(id: string, policy: Policy, created: number): VirtualModel | null {
  const role = VIRTUAL_MODELS.get(id);
  if (role === undefined) return null;
  const { provider, model, device, ready } = policy[role];
  const stands_for = { provider, model, device, ready };
  return { id, object: "model", created, owned_by: "runtime-profile", stands_for };
}

/** All models. */
export function virtualModels(policy: Policy, created: number): readonly VirtualModel[] {
  return [...VIRTUAL_MODELS.keys()].flatMap((id) => virtualModelOf(id, policy, created) ?? []);
}
