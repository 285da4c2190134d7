/** One number that a workload gives. */
export interface Measure {
  key: string;
  label: string;
  unit: string;
  better: "lower" | "higher";
}

/** One kind of work, done by several peers in turn. */
export interface Workload {
  name: string;
  title: string;
  /** Which function of child.mjs does it, and what it is told. */
  kind: string;
  settings: Record<string, unknown>;
  peers: readonly string[];
  measures: readonly Measure[];
  /** Rounds of a full run; a quick one has `quickRounds`, or leaves the workload out. */
  rounds: number;
  quickRounds?: number;
  quickSettings?: Record<string, unknown>;
  /** Milliseconds by which a relay delays every byte, each way. @default no relay */
  relayMs?: number;
}

export const ours = "tensorslab-images";
/** The same client over `createFetch`. */
export const oursOnCreateFetch = "tensorslab-images-createFetch";
export const baseline = "built-in-fetch";
/** The same download as the baseline's, but on the disk at its end, as this client's are. */
export const flushed = "built-in-fetch-flushed";
/** The same poll as the baseline's, but given up after 30 s, as this client's are. */
const withDeadline = "built-in-fetch-deadline";

/** Enough for a look: the floor, and the leanest that sends multipart. */
export const quickPeers: readonly string[] = [ours, oursOnCreateFetch, baseline, "axios"];

export const peers = [
  ours,
  oursOnCreateFetch,
  baseline,
  "undici",
  "openapi-fetch",
  "openai",
  "fal",
  "replicate",
  "hey-api",
  "axios",
  "ky",
] as const;

const MiB = 2 ** 20;
const except = (...names: string[]) => peers.filter((peer) => !names.includes(peer));

const rate: Measure = { key: "requestsPerSecond", label: "requests/s", unit: "1/s", better: "higher" };
const p50: Measure = { key: "p50Ms", label: "p50", unit: "ms", better: "lower" };
const p99: Measure = { key: "p99Ms", label: "p99", unit: "ms", better: "lower" };
const cpu: Measure = {
  key: "cpuMsPerRequest",
  label: "CPU per request",
  unit: "ms",
  better: "lower",
};
const speed: Measure = {
  key: "megabytesPerSecond",
  label: "speed",
  unit: "MB/s",
  better: "higher",
};
const transferCpu: Measure = { key: "cpuMsPerMegabyte", label: "CPU per MB", unit: "ms", better: "lower" };
const rss: Measure = {
  key: "peakRssMb",
  label: "peak RSS",
  unit: "MB",
  better: "lower",
};

export const workloads: readonly Workload[] = [
  {
    name: "submit",
    title: "Submit of text fields, one at a time",
    kind: "submit",
    settings: { count: 4000, lanes: 1 },
    peers,
    measures: [cpu, rate, p50, p99],
    rounds: 5,
    quickRounds: 1,
    quickSettings: { count: 1000, lanes: 1 },
  },
  {
    name: "submit-64",
    title: "Submit of text fields, 64 at once",
    kind: "submit",
    settings: { count: 6000, lanes: 64 },
    peers,
    measures: [cpu, rate, p50, p99],
    rounds: 5,
  },
  {
    name: "poll",
    title: "Status polls, one at a time",
    kind: "poll",
    settings: { count: 4000, lanes: 1 },
    peers: [...except("openai"), withDeadline],
    measures: [cpu, rate, p50, p99],
    rounds: 5,
    quickRounds: 1,
    quickSettings: { count: 1000, lanes: 1 },
  },
  {
    name: "file",
    title: "Submit with one file of 10 MiB in memory",
    kind: "memory",
    settings: { count: 20, files: 1, bytes: 10 * MiB },
    peers,
    measures: [speed, transferCpu, rss],
    rounds: 5,
    quickRounds: 1,
    quickSettings: { count: 5, files: 1, bytes: 10 * MiB },
  },
  {
    name: "files",
    title: "Submit with 14 files of 10 MiB in memory",
    kind: "memory",
    settings: { count: 8, files: 14, bytes: 10 * MiB },
    peers,
    measures: [speed, transferCpu, rss],
    rounds: 5,
  },
  {
    name: "disk-100-mib",
    title: "Submit with a file of 100 MiB from disk",
    kind: "disk",
    settings: { bytes: 100 * MiB },
    peers,
    measures: [speed, transferCpu, rss],
    rounds: 5,
    quickRounds: 1,
  },
  {
    name: "disk-1-gib",
    title: "Submit with a file of 1 GiB from disk",
    kind: "disk",
    settings: { bytes: 1024 * MiB },
    peers,
    measures: [speed, transferCpu, rss],
    rounds: 3,
  },
  {
    name: "disk-3-gib",
    title: "Submit with a file of 3 GiB from disk",
    kind: "disk",
    settings: { bytes: 3072 * MiB },
    peers: [ours, oursOnCreateFetch, baseline, "undici", "axios"],
    measures: [speed, transferCpu, rss],
    rounds: 2,
  },
  {
    name: "waits",
    title: "10,000 waits at once, each of three reads 2 s apart",
    kind: "waits",
    settings: { count: 10_000, pollIntervalMs: 2000 },
    peers: [ours, oursOnCreateFetch, baseline, "fal", "replicate"],
    measures: [
      rss,
      { key: "longestStallMs", label: "longest stall", unit: "ms", better: "lower" },
      { key: "timers", label: "timers", unit: "", better: "lower" },
      { key: "cpuSeconds", label: "CPU", unit: "s", better: "lower" },
      { key: "seconds", label: "time", unit: "s", better: "lower" },
    ],
    rounds: 3,
  },
  {
    name: "download",
    title: "Download of a 10 MiB image to disk",
    kind: "download",
    settings: { count: 20, bytes: 10 * MiB },
    peers: [ours, oursOnCreateFetch, baseline, flushed, "undici", "axios"],
    measures: [speed, transferCpu, rss],
    rounds: 5,
    quickRounds: 1,
    quickSettings: { count: 5, bytes: 10 * MiB },
  },
  {
    name: "batch",
    title: "200 generations, 50 at once, over a network that takes 40 ms each way",
    kind: "batch",
    settings: { count: 200, lanes: 50, pollIntervalMs: 1000, bytes: MiB },
    relayMs: 40,
    peers: [ours, oursOnCreateFetch, baseline],
    measures: [
      { key: "seconds", label: "time", unit: "s", better: "lower" },
      {
        key: "waitedSeconds",
        label: "of it, waits for the network and the service",
        unit: "s",
        better: "lower",
      },
      { key: "cpuSeconds", label: "CPU", unit: "s", better: "lower" },
    ],
    rounds: 3,
  },
];
