/**
 * Deliberate faults, and the tests that must catch each: a proof that the tests are not vacuous.
 *
 * One fault changes one place of one file. Where a rule has a promise of its own (P1 to P9), its fault is
 * caught twice: by a test that tells the rule in a story, and by the promises over random histories.
 */

/** A test by its file and its name. */
export interface CatchingTest {
  readonly file: string;
  readonly name: string;
}

/** One fault. */
export interface Mutant {
  /** What is wrong, in plain words. */
  readonly name: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Each of them fails by an assertion. */
  readonly caughtBy: readonly CatchingTest[];
}

const sensing = (name: string): CatchingTest => ({ file: "test/sensing.test.ts", name });
const edges = (name: string): CatchingTest => ({ file: "test/sensing-edges.test.ts", name });
const returning = (name: string): CatchingTest => ({ file: "test/sensing-return.test.ts", name });
const rules = (name: string): CatchingTest => ({ file: "test/sensing-rules.test.ts", name });
const PROMISES: CatchingTest = {
  file: "test/decider-properties.test.ts",
  name: "promises: P1 to P9 hold in every history, and the histories come to every rung and state",
};

const WAY_UP: readonly Mutant[] = [
  {
    name: "no dwell",
    file: "src/domain/permission.ts",
    find: "if (dwell.served_ms < dwell.required_ms) return null;",
    replace: "",
    caughtBy: [
      sensing("memory: its own dwell and clear time hold after a step that memory caused"),
      PROMISES,
    ],
  },
  {
    name: "no clear time",
    file: "src/domain/permission.ts",
    find: "if (!isClear(ladder, capacity, configuration)) return null;",
    replace: "",
    caughtBy: [
      sensing("vram: the way back takes exit, dwell and return test, one rung at a time"),
      sensing("resume: the clear time starts again"),
    ],
  },
  {
    name: "back-off never doubles",
    file: "src/domain/permission.ts",
    find: "return isReentry ? Math.min(ladder.factor * 2, mostDoubled) : 1;",
    replace: "return 1;",
    caughtBy: [
      sensing("back-off: pressure soon after a step up doubles the next dwell, calm resets it"),
    ],
  },
  {
    name: "up by more than one rung at once",
    file: "src/domain/permission.ts",
    find: "for (let index = rungs.indexOf(capacity.rung) - 1; index >= 0; index -= 1) {",
    replace: "for (let index = 0; index < rungs.indexOf(capacity.rung); index += 1) {",
    caughtBy: [
      sensing("vram: the way back takes exit, dwell and return test, one rung at a time"),
      PROMISES,
    ],
  },
  {
    name: "return test off",
    file: "src/domain/return-test.ts",
    find: "return { fits: test.others_peak_mib + test.footprint_mib <= test.limit_mib, test };",
    replace: "return { fits: true, test };",
    caughtBy: [
      sensing("vram: a model that would push use over the limit does not come back"),
      PROMISES,
    ],
  },
  {
    name: "own share counted among the others",
    file: "src/domain/reading-sample.ts",
    find: "othersMib: used - (own ?? estimatedOwnMib(sensing, used, around)),",
    replace: "othersMib: used,",
    caughtBy: [
      returning(
        "return: what our own model still holds while it is unloaded is nobody else's peak",
      ),
    ],
  },
  {
    name: "a reckoned own share passes for a told one",
    file: "src/domain/reading-sample.ts",
    find: 'isEstimated: own === null || input.missing?.own === "estimated",',
    replace: "isEstimated: own === null,",
    caughtBy: [
      {
        file: "test/work-own-use.test.ts",
        name: "own use: a step that was judged by a reckoned share says so in its reason",
      },
    ],
  },
  {
    name: "a climb on a sample that is missing",
    file: "src/domain/reading-sense.ts",
    find: "vram: vramSeen.value !== null && isFresh(sensing.vram, at, rules.vram),",
    replace: "vram: isFresh(sensing.vram, at, rules.vram),",
    caughtBy: [edges("climb: never in an input whose own sample is missing"), PROMISES],
  },
  {
    name: "an out-of-memory error is forgotten by the return test",
    file: "src/domain/out-of-memory.ts",
    find: "return isRemembered(memory, at) ? Math.max(ordinaryMs, memory.oomLookbackMs) : ordinaryMs;",
    replace: "return ordinaryMs;",
    caughtBy: [
      returning("out of memory: bursts every seven minutes are waited out after the first error"),
    ],
  },
  {
    name: "a tier is entered without a test",
    file: "src/domain/reading-sense.ts",
    find: "return entry !== null && entry.rung !== rung ? entry : null;",
    replace: "return entry === null ? entry : null;",
    caughtBy: [edges("entry: a first reading in the soft band is a reading")],
  },
];

const METERS: readonly Mutant[] = [
  {
    name: "a number that is none is taken as fine",
    file: "src/domain/reading-sample.ts",
    find: "return Number.isFinite(part) && Number.isFinite(total) && part >= 0 && total > 0 && part <= total;",
    replace: "return !(part < 0) && !(part > total);",
    caughtBy: [sensing("absurd: VRAM used that is not a number counts as missing"), PROMISES],
  },
  {
    name: "zero right after real use is believed",
    file: "src/domain/reading-sample.ts",
    find: "const zeroSince = used === 0 && wasUsed ? (sensing.zeroSince ?? at) : null;",
    replace: "const zeroSince = wasUsed && used < 0 ? at : null;",
    caughtBy: [sensing("zero: no VRAM used right after real use is not believed")],
  },
  {
    name: "the stale limit is ignored",
    file: "src/domain/level-signal.ts",
    find: 'if (state.level !== "lost" && age >= rule.staleMs) {',
    replace: 'if (state.level !== "lost" && age < 0) {',
    caughtBy: [
      sensing(
        "missing: nothing happens until the stale limit, then the signal is lost and the GPU is left",
      ),
      PROMISES,
    ],
  },
  {
    name: "a frozen source time is ignored",
    file: "src/domain/reading-sample.ts",
    find: "const sourceAt = Math.min(vram?.source_at ?? at, at);",
    replace: "const sourceAt = at;",
    caughtBy: [sensing("frozen: a source time that stands still is a lost sensor"), PROMISES],
  },
  {
    name: "a missing sample leaves the exit timers running",
    file: "src/domain/level-signal.ts",
    find: "return { ...state, quickSince: null, slowSince: null };",
    replace: "return state;",
    caughtBy: [rules("missing: a sample that is missing stops the exit timers")],
  },
  {
    name: "hard needs two samples",
    file: "src/domain/level-signal.ts",
    find: "if (isBeyond(value, rule.threshold.hard, rule)) {",
    replace: "if (isBeyond(value, rule.threshold.hard, rule) && state.beyondSamples > 0) {",
    caughtBy: [sensing("vram: beyond the hard threshold one sample leaves the GPU"), PROMISES],
  },
  {
    name: "no grace period",
    file: "src/domain/level-signal.ts",
    find: "(sample.at - beyondSince >= grace_ms && beyondSamples >= min_samples);",
    replace: "beyondSamples >= 1;",
    caughtBy: [sensing("vram: a spike shorter than the grace period changes nothing")],
  },
  {
    name: "slow exit missing",
    file: "src/domain/level-signal.ts",
    find: "(slowSince !== null && at - slowSince >= threshold.slow_exit_ms);",
    replace: "false;",
    caughtBy: [sensing("vram: hovering between the exits leaves only after ten minutes")],
  },
  {
    name: "quick exit without its time",
    file: "src/domain/level-signal.ts",
    find: "(quickSince !== null && at - quickSince >= threshold.quick_exit_ms) ||",
    replace: "quickSince !== null ||",
    caughtBy: [rules("exit: well below the threshold the pressure ends after its time")],
  },
  {
    name: "blank time ignored",
    file: "src/domain/level-signal.ts",
    find: "return stepAt !== null && at - stepAt < threshold.blank_ms;",
    replace: "return false;",
    caughtBy: [
      {
        file: "test/sensing-blank.test.ts",
        name: "blank: memory that our own model fills after a step is not yet pressure",
      },
    ],
  },
  {
    name: "a resume resets no timer",
    file: "src/domain/sensing.ts",
    find: "vram: awaitedSignal(at),",
    replace: 'vram: { ...sensing.vram, level: "unknown" },',
    caughtBy: [rules("resume: a nap is no time over the threshold")],
  },
  {
    name: "a resume does not restart the clear time",
    file: "src/domain/sensing.ts",
    find: "ladder: { ...sensing.ladder, resumedAt: at },",
    replace: "ladder: sensing.ladder,",
    caughtBy: [
      rules("resume: the clear time starts again for the cloud too, which needs no meter"),
    ],
  },
  {
    name: "a nap is taken for a dead sensor",
    file: "src/domain/reading-sense.ts",
    find: "return at - lastBeatAt > Math.max(3 * configuration.sensors.beat_ms, RESUME_GAP_MS);",
    replace: "return at < lastBeatAt;",
    caughtBy: [sensing("resume: a gap of our own beat makes the levels unknown instead of lost")],
  },
];

const TASKS: readonly Mutant[] = [
  {
    name: "the least count of outcomes is ignored",
    file: "src/domain/failure-window.ts",
    find: "outcomes.length >= rule.min_samples && lowerBound(failed, outcomes.length) > rule.enter;",
    replace: "lowerBound(failed, outcomes.length) > rule.enter;",
    caughtBy: [
      sensing(
        "tasks: four failures of five are not enough without confidence in ten good ones; five of five are",
      ),
    ],
  },
  {
    name: "a rate without confidence",
    file: "src/domain/failure-window.ts",
    find: "const Z_90 = 1.2816;",
    replace: "const Z_90 = 0;",
    caughtBy: [rules("tasks: three failures of eight are no evidence yet, five of eight are")],
  },
  {
    name: "half-open without a deadline",
    file: "src/domain/failure-window.ts",
    find: 'if (state.phase === "probing" && served >= rule.probe_deadline_ms)',
    replace: 'if (state.phase === "probing" && served < 0)',
    caughtBy: [
      rules("tasks: a probe that nobody reports on ends at its deadline, and doubles the wait"),
    ],
  },
  {
    name: "an outcome is never too old",
    file: "src/domain/failure-window.ts",
    find: "return state.outcomes.filter((each) => each.at > oldest);",
    replace: "return state.outcomes.filter((each) => each.at > oldest - 1e12);",
    caughtBy: [
      edges("tasks: outcomes older than the window do not count in the rate that is shown"),
    ],
  },
  {
    name: "a bad prompt counts against the provider",
    file: "src/domain/failure-window.ts",
    find: 'return failure === "quota" && outcome.provider === "cloud" ? false : null;',
    replace: "return false;",
    caughtBy: [sensing("tasks: failures that do not speak about the provider are not counted")],
  },
  {
    name: "the failures of all models are added up",
    file: "src/domain/failure-windows.ts",
    find: 'return model === null || model === "" ? null : model.replace(/:latest$/, "");',
    replace: 'return model === "no model" ? model : null;',
    caughtBy: [
      {
        file: "test/failure-windows.test.ts",
        name: "windows: failures of two models are not added up",
      },
    ],
  },
  {
    name: "an out-of-memory error is only a failure among others",
    file: "src/domain/pressure.ts",
    find: 'return input.failure === "oom" && !input.ok',
    replace: 'return input.failure === "quota" && !input.ok',
    caughtBy: [
      sensing("out of memory: one error leaves the GPU at once and lengthens the look-back"),
      PROMISES,
    ],
  },
  {
    name: "an unload that freed nothing proves nothing",
    file: "src/domain/pressure.ts",
    find: 'sensing.vram.level === "tight" ? freedNothing(input) : null',
    replace: 'sensing.vram.level === "lost" ? freedNothing(input) : null',
    caughtBy: [
      {
        file: "test/freed-nothing.test.ts",
        name: "freed nothing: on a tight card work goes on to the CPU, and the reason says why",
      },
    ],
  },
];

const LADDER: readonly Mutant[] = [
  {
    name: "a restart lifts a hold",
    file: "src/machines/chart.ts",
    find: 'on: { "degrade.requested": asks, "restore.requested": [clear] },',
    replace:
      'on: { "degrade.requested": asks, "restore.requested": [clear], "host.resumed": [clear] },',
    caughtBy: [
      sensing(
        "hold: a person's step down stays through calm, restart and resume, until it is cleared",
      ),
      PROMISES,
    ],
  },
  {
    name: "calm lifts a hold",
    file: "src/machines/chart.ts",
    find: 'on: { "degrade.requested": asks, "restore.requested": [clear] },',
    replace:
      'on: { "degrade.requested": asks, "restore.requested": [clear], "vram.relaxed": [clear] },',
    caughtBy: [rules("hold: pressure that comes and goes does not lift it"), PROMISES],
  },
  {
    name: "a soft demand counts where nothing meets it, and leads to shed",
    file: "src/machines/guards.ts",
    find: '"gpu.wanted.cloud": { and: ["wantsCloud", "gpu.usable.cloud"] },',
    replace: '"gpu.wanted.cloud": { and: ["wantsCloud"] },',
    caughtBy: [
      rules(
        "soft: with memory short and no cloud, an exhausted card leads to the CPU, not to shed",
      ),
      PROMISES,
    ],
  },
  {
    name: "the cloud is used though it is unreachable",
    file: "src/domain/sensing.ts",
    find: "return isCloudFailing(sensing) ? false : sensing.hasCloudAnswered;",
    replace: "return sensing.hasCloudAnswered === null ? null : true;",
    caughtBy: [
      sensing("cloud: losing it on the cloud rung goes to the best rung that fits, without dwell"),
      PROMISES,
    ],
  },
  {
    name: "the cloud is used though it is not allowed",
    file: "src/domain/pressure.ts",
    find: 'const isCloudAllowed = isCloudAllowedFor(cloud, "vision");',
    replace: 'const isCloudAllowed = isCloudAllowedFor({ ...cloud, allowed: true }, "vision");',
    caughtBy: [sensing("cloud: forbidding it while it is used comes home at once"), PROMISES],
  },
  {
    name: "a lost card does not count as exhausted",
    file: "src/machines/guards.ts",
    find: 'gpuForbidden: { or: ["vramExhausted", "vramLost", "localForbidden"] },',
    replace: 'gpuForbidden: { or: ["vramExhausted", "localForbidden"] },',
    caughtBy: [
      sensing(
        "missing: nothing happens until the stale limit, then the signal is lost and the GPU is left",
      ),
      PROMISES,
    ],
  },
  {
    name: "a change is not written down",
    file: "src/machines/decider.ts",
    find: 'if (region === "profile" || before[region] === after[region]) continue;',
    replace:
      'if (region === "profile" || region === "vram" || before[region] === after[region]) continue;',
    caughtBy: [edges("facts: a resume does not carry the evidence of an hour ago"), PROMISES],
  },
  {
    name: "a reason does not say who demanded the step",
    file: "src/machines/reasoning.ts",
    find: 'demanded_by: code === "RECOVERED" ? [] : demandingRegions(grounds),',
    replace: "demanded_by: [],",
    caughtBy: [edges("reasons: every demand that holds is named"), PROMISES],
  },
  {
    name: "refusing work alerts at every reading",
    file: "src/machines/shed-alert.ts",
    find: "if (shed === null || shed.isAlerted || state.at - shed.since < SHED_ALERT_MS) return decision;",
    replace: "if (shed === null || state.at - shed.since < SHED_ALERT_MS) return decision;",
    caughtBy: [
      {
        file: "test/shed-alert.test.ts",
        name: "alert: after ten minutes of refusing there is one, and only one",
      },
    ],
  },
];

/** All of them. */
export const MUTANTS: readonly Mutant[] = [...WAY_UP, ...METERS, ...TASKS, ...LADDER];
