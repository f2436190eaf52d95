/** The type of the application that the door is added to, and what the door is made of. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { Policy } from "../policy/policy.ts";
import type { Work } from "../runtime-work-types.ts";

/** A Fastify application whose schemas are TypeBox. */
export type DoorApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Whom the door gives its jobs to, and whom it asks. */
export interface DoorParts {
  readonly work: Work;
  /** The policy of this moment. */
  readonly policy: () => Policy;
  /** JSON of an error without what is private; answers of models pass as they are. */
  readonly redact: (value: unknown) => string;
}
