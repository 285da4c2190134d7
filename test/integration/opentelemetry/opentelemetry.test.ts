// Spans and metrics with OpenTelemetry's own SDK, with its official instrumentation of fetch installed beside ours.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startMockServer } from "../../../src/mock-server/index.js";
import { refusingUrl } from "../../support/closed-port.js";
import { makeScratchFolder } from "../support/places.js";
import { run } from "../support/run.js";

const program = `
  import { trace, metrics, context } from "@opentelemetry/api";
  import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
  import { registerInstrumentations } from "@opentelemetry/instrumentation";
  import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
  import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
  import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

  const spans = new InMemorySpanExporter();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const meterProvider = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  registerInstrumentations({ instrumentations: [new UndiciInstrumentation()] });

  const { createClient } = await import("tensorslab-images");
  const { createOpenTelemetryInstrumentation } = await import("tensorslab-images/opentelemetry");
  const [, , baseUrl, refusing] = process.argv;
  const apiKey = "sk-opentelemetry-0123456789";
  const instrumentation = createOpenTelemetryInstrumentation();
  const client = createClient({ apiKey, baseUrl, instrumentation });
  await client.generate("seedreamv5", { prompt: "a secret fox", batchsize: 2 });
  const unknown = await client.submit("seedreamv5", { prompt: "a secret fox [mock:reset]" }).catch((error) => error);
  const refused = await createClient({ apiKey, baseUrl: refusing, submitRetries: 1, instrumentation })
    .submit("seedreamv5", { prompt: "a secret fox" }).catch((error) => error);
  const leaving = new AbortController();
  await client.generate("seedreamv5", { prompt: "a secret fox" }, { signal: leaving.signal, onSubmitted: () => leaving.abort() })
    .catch(() => {});
  await meterProvider.forceFlush();

  console.log(JSON.stringify({
    outcomes: [unknown.outcome, refused.outcome],
    spans: spans.getFinishedSpans().map((span) => {
      const { name, attributes, status, parentSpanContext, kind } = span;
      return { name, attributes, status, kind, id: span.spanContext().spanId, parent: parentSpanContext?.spanId };
    }),
    metrics: exporter.getMetrics().at(-1).scopeMetrics.flatMap(({ scope, metrics }) =>
      scope.name === "tensorslab-images"
        ? metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ value, attributes }) => ({ value: value.count ?? value, attributes, boundaries: value.buckets?.boundaries }))])
        : []),
  }));
`;

interface Report {
  outcomes: string[];
  spans: {
    name: string;
    attributes: Record<string, unknown>;
    status: { code: number };
    id: string;
    parent?: string;
  }[];
  metrics: [string, { value: number; attributes: Record<string, unknown>; boundaries?: number[] }[]][];
}

test("spans, metrics and the HTTP spans below them", async () => {
  const server = await startMockServer({ taskDurationMs: 0 });
  const folder = await makeScratchFolder("opentelemetry");
  await writeFile(join(folder, "program.mjs"), program);
  let report: Report;
  let printed: string;
  try {
    ({ stdout: printed } = await run(process.execPath, ["program.mjs", server.url, await refusingUrl()], {
      cwd: folder,
    }));
    report = JSON.parse(printed) as Report;
  } finally {
    await server.close();
  }
  expect(server.ledger).toHaveLength(3);
  // The official instrumentation listens to the same channels that say whether anything was sent.
  expect(report.outcomes).toEqual(["unknown", "not-sent"]);
  expect(printed).not.toContain("0123456789");
  expect(printed).not.toContain("secret");

  const { spans } = report;
  const generate = spans.find(({ attributes }) => attributes["tensorslab_images.operation"] === "generate")!;
  expect(generate).toMatchObject({
    name: "generate_content seedreamv5",
    status: { code: 0 },
    attributes: {
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "tensorslab",
      "gen_ai.request.model": "seedreamv5",
      "gen_ai.output.type": "image",
      "gen_ai.request.choice.count": 2,
      "tensorslab_images.outcome": "accepted",
      "tensorslab_images.images.received": 2,
      "tensorslab_images.task.id": server.ledger[0]?.taskid,
    },
  });
  expect(generate.parent).toBeUndefined();
  const below = spans.filter(({ parent }) => parent === generate.id);
  expect(new Set(below.map(({ name }) => name))).toEqual(
    new Set(["generate_content seedreamv5", "tensorslab_images.poll"]),
  );
  for (const { id, name } of below) {
    const http = spans.filter(({ parent }) => parent === id);
    expect(http, name).toHaveLength(1);
    expect(http[0]).toMatchObject({
      attributes: { "http.request.method": "POST", "http.response.status_code": 200 },
    });
  }
  const failed = spans.filter(({ attributes }) => attributes["error.type"] === "OUTCOME_UNKNOWN");
  expect(failed.map(({ status }) => status.code)).toEqual([2]);

  const metrics = Object.fromEntries(report.metrics);
  const model = { "gen_ai.request.model": "seedreamv5" };
  expect(metrics["tensorslab_images.images.bought"]).toEqual([{ value: 3, attributes: model }]);
  expect(metrics["tensorslab_images.submits.unknown"]).toEqual([{ value: 1, attributes: model }]);
  expect(metrics["tensorslab_images.time_to_image"]).toMatchObject([{ value: 1 }]);
  const durations = metrics["gen_ai.client.operation.duration"]!;
  expect(durations.length).toBeGreaterThan(3);
  expect(durations.map(({ attributes }) => attributes["gen_ai.operation.name"])).not.toContain(undefined);
  expect(metrics["tensorslab_images.time_to_image"]?.[0]?.boundaries?.slice(0, 2)).toEqual([1, 2]);
  expect(durations[0]?.boundaries?.slice(0, 2)).toEqual([0.01, 0.02]);

  // A caller who stops an operation is no error.
  const aborted = spans.filter(({ attributes }) => attributes["tensorslab_images.aborted"] === true);
  expect(aborted.map(({ name }) => name)).toContain("generate_content seedreamv5");
  expect(aborted.map(({ status }) => status.code)).toEqual(aborted.map(() => 0));
  expect(spans.filter(({ attributes }) => attributes["error.type"] === "ABORTED")).toEqual([]);
  expect(durations.filter(({ attributes }) => attributes["tensorslab_images.aborted"] === true)).not.toEqual(
    [],
  );
});
