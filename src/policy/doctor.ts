/**
 * What is in the way of local AI on this host, from what was detected and looked at; nothing is asked here.
 *
 * Like a check-up: each organ has its line, the sound ones too, since "your driver is fine" spares an
 * evening. Each line says how sure it is; what cannot be told from outside is never called a fault.
 * Rejected: reusing the recommendations, which say only what a running policy would gain from.
 */
import { DOCTOR_CODES, type DoctorFinding } from "./doctor-code.ts";
import type { DoctorFacts } from "./doctor-facts.ts";
import { gpuFindingsOf } from "./doctor-gpu.ts";
import { memoryFindingsOf, placeFindingsOf } from "./doctor-host.ts";
import { cloudFindingsOf, editorFindingsOf, modelFindingsOf } from "./doctor-models.ts";

/** The findings in the order of their codes; at least one for each subject. */
export function doctorFindingsOf(facts: DoctorFacts): readonly DoctorFinding[] {
  const found = [
    ...placeFindingsOf(facts),
    ...gpuFindingsOf(facts),
    ...memoryFindingsOf(facts),
    ...modelFindingsOf(facts),
    ...cloudFindingsOf(facts),
    ...editorFindingsOf(facts),
  ];
  const rank = ({ code }: DoctorFinding): number => DOCTOR_CODES.indexOf(code);
  return found.toSorted((one, two) => rank(one) - rank(two));
}
