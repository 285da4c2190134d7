// Measures one peer at one workload, in a process of its own, and prints one line of JSON.
// Plain JavaScript, as are the peers: nothing stands between what is measured and Node.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";

const [, , peerName, workload, baseUrl, settings] = process.argv;
const { createPeer } = await import(`./peers/${peerName}.mjs`);
const peer = createPeer(baseUrl, "key-1234");

const text = {
  prompt: "a red fox in fresh snow, in the first light of a winter morning, seen from afar",
  category: "seedreamv5",
  batchsize: 2,
  resolution: "16:9",
};
const million = 1e6;

/** Milliseconds of processor time so far, of all threads of this process. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const peakRssMb = () => (process.resourceUsage().maxRSS * 1024) / million;

/** Runs `work` for each of `count` turns, `lanes` at a time. */
async function inLanes(count, lanes, work) {
  let turn = 0;
  const lane = async () => {
    while (turn < count) await work(turn++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Small requests: what each costs. */
async function requests(work, { count, lanes }) {
  await inLanes(count, lanes, work); // as many again, until everything is compiled
  const latencies = [];
  const cpu = cpuMs();
  const start = performance.now();
  await inLanes(count, lanes, async (turn) => {
    const begin = performance.now();
    await work(turn);
    latencies.push(performance.now() - begin);
  });
  const wallMs = performance.now() - start;
  const usedMs = cpuMs() - cpu;
  latencies.sort((one, other) => one - other);
  return {
    requestsPerSecond: (count / wallMs) * 1000,
    cpuMsPerRequest: usedMs / count,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

/** Large transfers: how fast, and what they cost. */
async function transfers(work, { count, bytes }) {
  await work(0);
  const beforeMb = peakRssMb();
  const cpu = cpuMs();
  const start = performance.now();
  for (let turn = 1; turn <= count; turn++) await work(turn);
  const seconds = (performance.now() - start) / 1000;
  const megabytes = (bytes * count) / million;
  return {
    megabytesPerSecond: megabytes / seconds,
    cpuMsPerMegabyte: (cpuMs() - cpu) / megabytes,
    peakRssMb: peakRssMb(),
    beforeMb,
  };
}

const workloads = {
  submit: (options) => requests(() => peer.submit(text), options),
  poll: (options) => requests(() => peer.poll("poll-1"), options),

  async memory({ count, files, bytes }) {
    const fromBytes =
      peer.fileFromBytes ?? ((content, name) => new File([content], name, { type: "image/png" }));
    const inMemory = Array.from({ length: files }, (_, index) =>
      fromBytes(Buffer.alloc(bytes, index + 1), `image-${index + 1}.png`),
    );
    return transfers(() => peer.submit(text, inMemory), { count, bytes: bytes * files });
  },

  async disk({ path, bytes }) {
    const cpu = cpuMs();
    const start = performance.now();
    await peer.submit(text, [await (peer.fileFromPath ?? fileFromPath)(path)]);
    const seconds = (performance.now() - start) / 1000;
    const megabytes = bytes / million;
    return {
      megabytesPerSecond: megabytes / seconds,
      cpuMsPerMegabyte: (cpuMs() - cpu) / megabytes,
      peakRssMb: peakRssMb(),
    };
  },

  async waits({ count, pollIntervalMs }) {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    let timers = 0;
    const countTimers = () => {
      const active = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
      timers = Math.max(timers, active);
    };
    const cpu = cpuMs();
    const start = performance.now();
    delay.enable();
    const waits = Array.from({ length: count }, (_, index) => peer.wait(`wait-${index}`, pollIntervalMs));
    const sampling = setInterval(countTimers, 500);
    await Promise.all(waits);
    clearInterval(sampling);
    delay.disable();
    return {
      seconds: (performance.now() - start) / 1000,
      cpuSeconds: (cpuMs() - cpu) / 1000,
      peakRssMb: peakRssMb(),
      longestStallMs: delay.max / million,
      timers: timers - 1, // without the one that counts
    };
  },

  async batch({ count, lanes, pollIntervalMs }) {
    const folder = await mkdtemp(join(tmpdir(), "bench-"));
    try {
      const cpu = cpuMs();
      const start = performance.now();
      await inLanes(count, lanes, async (turn) => {
        await peer.submit(text);
        await peer.wait(`wait-${turn}`, pollIntervalMs);
        await peer.download(`${baseUrl}/small.png`, folder, `image-${turn}`);
      });
      const seconds = (performance.now() - start) / 1000;
      const cpuSeconds = (cpuMs() - cpu) / 1000;
      return { seconds, cpuSeconds, waitedSeconds: seconds - cpuSeconds };
    } finally {
      await rm(folder, { recursive: true });
    }
  },

  async download({ count, bytes }) {
    const folder = await mkdtemp(join(tmpdir(), "bench-"));
    try {
      return await transfers((turn) => peer.download(`${baseUrl}/image.png`, folder, `image-${turn}`), {
        count,
        bytes,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function fileFromPath(path) {
  const { openAsBlob } = await import("node:fs");
  return new File([await openAsBlob(path)], "image.png", { type: "image/png" });
}

console.log(JSON.stringify(await workloads[workload](JSON.parse(settings))));
process.exit();
