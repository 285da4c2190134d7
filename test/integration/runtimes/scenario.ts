import type * as Library from "../../../src/index.js";
import type { ClientOptions, Outcome, TensorsLabError } from "../../../src/index.js";

/** Where the servers are, and what the runtime is known to be able to tell. */
export interface Settings {
  /** A mock server whose tasks are completed at once. */
  api: string;
  /** A mock server that answers each submit with a redirect to the first one. */
  redirecting: string;
  /** A URL whose port nobody listens at. */
  refused: string;
  /** A URL whose host does not exist. */
  unresolvable: string;
  /** Options without which the runtime makes no client. */
  options: ClientOptions;
}

/** The results of the scenario in one runtime. */
export interface Report {
  /** Each check by name: `ok`, or what was found instead. */
  checks: Record<string, string>;
  /** Number of submits that the service must have charged for. */
  charged: number;
  /** The outcome of a submit that a connection error states: whether the runtime tells that nothing was sent. */
  outcomes: { refused: string; unresolvable: string };
}

/** The names and bytes of the two files that are submitted; the bytes hold what text encodings would change. */
export const sourceFiles = [
  { name: "füchse 狐.png", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255, 10, 13, 0x80] },
  { name: "second.jpg", bytes: [0xff, 0xd8, 0xff, 0xe0, 0x0a, 0, 0x2d, 0x2d] },
];

/** The outcome that each failure of a submit has, and the class of its error; the prompt's marker makes it happen. */
const failures: [marker: string, className: keyof typeof Library, outcome: Outcome, charged: 0 | 1][] = [
  ["refuse", "ServiceError", "rejected", 0],
  ["insufficient-credits", "InsufficientCreditsError", "rejected", 0],
  ["unauthorized", "AuthenticationError", "rejected", 0],
  ["rate-limit", "RateLimitError", "rejected", 0],
  ["server-error", "OutcomeUnknownError", "unknown", 1],
  ["html", "OutcomeUnknownError", "unknown", 1],
  ["empty", "OutcomeUnknownError", "unknown", 1],
  ["reset", "OutcomeUnknownError", "unknown", 1],
  ["cut", "OutcomeUnknownError", "unknown", 1],
  ["hang", "OutcomeUnknownError", "unknown", 1],
  ["task-failed", "TaskFailedError", "accepted", 1],
];

/** Does all that a user does with the package, from two files to the bytes of a result, and all that can go wrong. */
export async function runScenario(library: typeof Library, settings: Settings): Promise<Report> {
  const { createClient, downloadImage } = library;
  const make = (more: ClientOptions = {}) =>
    createClient({ baseUrl: settings.api, submitRetries: 0, ...settings.options, ...more });
  const client = make();
  const report: Report = { checks: {}, charged: 0, outcomes: { refused: "", unresolvable: "" } };

  async function check(name: string, work: () => Promise<void>): Promise<void> {
    report.checks[name] = await work().then(
      () => "ok",
      (error: unknown) => describe(error),
    );
  }

  /** Submits what fails, and gives its error. */
  async function failureOf(work: Promise<unknown>): Promise<TensorsLabError> {
    const error: unknown = await work.then(
      () => new Error("it did not fail"),
      (reason: unknown) => reason,
    );
    if (error instanceof library.TensorsLabError) return error;
    throw error;
  }

  await check("two files, from submit to the bytes of the result", async () => {
    const sourceImage = sourceFiles.map(({ name, bytes }) => new File([new Uint8Array(bytes)], name));
    report.charged++;
    const { taskid } = await client.submit("seedreamv5", {
      prompt: "füchse",
      resolution: "64x48",
      sourceImage,
    });
    const task = await client.wait(taskid, { pollIntervalMs: 10 });
    equal(task.status, "completed");
    const [url = ""] = task.urls;
    const image = await downloadImage(url);
    equal(image.type, "image/png");
    const header = new DataView(await image.arrayBuffer());
    equal(`${header.getUint32(16)}x${header.getUint32(20)}`, "64x48");
  });

  for (const [marker, className, outcome, charged] of failures) {
    await check(`${marker} is ${className}`, async () => {
      report.charged += charged;
      const impatient = marker === "hang" ? make({ submitTimeoutMs: 200 }) : client;
      const prompt = `a fox [mock:${marker}]`;
      const error = await failureOf(impatient.generate("seedreamv5", { prompt }, { pollIntervalMs: 10 }));
      equal(`${error.name} ${error.outcome}`, `${className} ${outcome}`);
      equal(String(error instanceof (library[className] as unknown as typeof Error)), "true");
      equal(
        String(error.stack?.includes(key(settings)) || JSON.stringify(error).includes(key(settings))),
        "false",
      );
    });
  }

  await check("a wait that is over is WaitTimeoutError, and the task is kept", async () => {
    report.charged++;
    const { taskid } = await client.submit("seedreamv5", { prompt: "a fox [mock:stuck]" });
    const error = await failureOf(client.wait(taskid, { timeoutMs: 100, pollIntervalMs: 10 }));
    equal(`${error.name} ${error.outcome} ${error.taskid}`, `WaitTimeoutError accepted ${taskid}`);
  });

  await check("a result that is gone is DownloadError", async () => {
    report.charged++;
    const { urls } = await client.generate("seedreamv5", { prompt: "a fox [mock:missing-image]" });
    const error = await failureOf(downloadImage(urls[0] ?? "", { retries: 0 }));
    equal(`${error.name} ${error.httpStatus}`, "DownloadError 404");
  });

  await check("wrong fields are InvalidInputError, and nothing is sent", async () => {
    const error = await failureOf(client.submit("seedreamv5", { prompt: "", batchsize: 99 }));
    equal(`${error.name} ${error.outcome}`, "InvalidInputError not-sent");
  });

  await check("a wrong option is ConfigurationError", async () => {
    const error = await failureOf((async () => make({ baseUrl: "http://192.0.2.1" }))());
    equal(`${error.name} ${error.outcome}`, "ConfigurationError not-sent");
  });

  await check("a redirect is an error, and is not followed", async () => {
    const error = await failureOf(
      make({ baseUrl: settings.redirecting }).submit("seedreamv5", { prompt: "a fox" }),
    );
    equal(`${error.name} ${error.outcome}`, "OutcomeUnknownError unknown");
  });

  for (const where of ["refused", "unresolvable"] as const) {
    await check(`a host that is ${where} is ConnectionError or OutcomeUnknownError`, async () => {
      const error = await failureOf(make({ baseUrl: settings[where] }).submit("seedreamv5", { prompt: "a" }));
      report.outcomes[where] = String(error.outcome);
      const name = error.outcome === "not-sent" ? "ConnectionError" : "OutcomeUnknownError";
      equal(`${error.name} ${error.outcome}`, `${name} ${error.outcome}`);
    });
  }

  await check("an abort ends a submit, a wait and a call not yet begun with its own reason", async () => {
    const reason = new Error("the user has left");
    report.charged++;
    const submitting = new AbortController();
    const submit = client.submit("seedreamv5", { prompt: "[mock:hang]" }, { signal: submitting.signal });
    setTimeout(() => submitting.abort(reason), 200);
    equal(await submit.catch((error: unknown) => error), reason);

    report.charged++;
    const waiting = new AbortController();
    const { taskid } = await client.submit("seedreamv5", { prompt: "[mock:stuck]" });
    const wait = client.wait(taskid, { signal: waiting.signal, onStatus: () => waiting.abort(reason) });
    equal(await wait.catch((error: unknown) => error), reason);

    const late = client.submit("seedreamv5", { prompt: "a fox" }, { signal: AbortSignal.abort(reason) });
    equal(await late.catch((error: unknown) => error), reason);
  });

  await check("fetch is looked up for each request", async () => {
    const platformFetch = globalThis.fetch;
    let calls = 0;
    globalThis.fetch = ((...request: Parameters<typeof fetch>) => {
      calls++;
      return platformFetch(...request);
    }) as typeof fetch;
    try {
      report.charged++;
      await client.generate("seedreamv5", { prompt: "a fox" });
    } finally {
      globalThis.fetch = platformFetch;
    }
    equal(calls, 2);
  });

  await check("a fetch of the user's own gets each request whole", async () => {
    const bodies: FormData[] = [];
    const own = make({
      async fetch(input, init) {
        // Redirects are left out: not every runtime's Request knows every mode.
        const { redirect: _, ...rest } = init ?? {};
        const request = new Request(input, rest);
        equal(request.method, "POST");
        if (request.headers.get("content-type")?.startsWith("multipart/"))
          bodies.push(await request.clone().formData());
        return globalThis.fetch(request);
      },
    });
    report.charged++;
    const sourceImage = [new File([new Uint8Array([1, 2, 3])], "own.png", { type: "image/png" })];
    await own.generate("seedreamv5", { prompt: "a fox", sourceImage });
    const file = bodies[0]?.get("sourceImage") as File;
    equal(`${bodies[0]?.get("prompt")} ${file.name} ${file.type} ${file.size}`, "a fox own.png image/png 3");
  });

  const isPage = "document" in globalThis;
  if (!isPage) {
    await check("a proxy adds the key and passes an upload on", async () => {
      const authorize = () => "visitor-1";
      const handler = library.createProxyHandler({ ...settings.options, baseUrl: settings.api, authorize });
      const visitor = make({
        apiKey: null,
        baseUrl: "https://page.example/api/images",
        fetch(input, init) {
          const { redirect: _, ...rest } = init ?? {};
          return handler(new Request(input, rest));
        },
      });
      report.charged++;
      const sourceImage = [new Blob([new Uint8Array(200_000)], { type: "image/png" })];
      const { urls } = await visitor.generate("seedreamv5", { prompt: "through a proxy", sourceImage });
      equal(urls.length, 1);
    });
  }

  return report;
}

const key = ({ options }: Settings): string => String(options.apiKey);

function equal(found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`found ${describe(found)}, expected ${describe(expected)}`);
}

function describe(value: unknown): string {
  if (!(value instanceof Error)) return String(value);
  const { cause } = value;
  return `${value.name}: ${value.message}${cause === undefined ? "" : ` (${describe(cause)})`}`;
}
