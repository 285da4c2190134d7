import { metrics, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Meter, Span, Tracer } from "@opentelemetry/api";
import type { Instrumentation, InstrumentedOperation } from "../index.js";

/** Where spans and metrics go; both have a default that works. */
export interface OpenTelemetryOptions {
  /** Makes the spans. @default the global provider's tracer `tensorslab-images` */
  tracer?: Tracer | undefined;
  /** Makes the counters and histograms. @default the global provider's meter `tensorslab-images` */
  meter?: Meter | undefined;
  /** Puts the prompt into spans, as `tensorslab_images.prompt`. @default false */
  includePrompt?: boolean | undefined;
}

const library = "tensorslab-images";

/**
 * Creates an instrumentation that makes a span of each operation, and metrics of what was bought.
 *
 * Spans follow the GenAI conventions of OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/gen-ai/) where these
 * fit. A span is active while its operation runs, so that the HTTP spans of a fetch instrumentation are its children.
 *
 * @example
 * import { createClient } from "tensorslab-images";
 * import { createOpenTelemetryInstrumentation } from "tensorslab-images/opentelemetry";
 *
 * const client = createClient({ instrumentation: createOpenTelemetryInstrumentation() });
 */
export function createOpenTelemetryInstrumentation(options: OpenTelemetryOptions = {}): Instrumentation {
  const tracer = options.tracer ?? trace.getTracer(library);
  const count = createCounts(options.meter ?? metrics.getMeter(library));

  return {
    includePrompt: options.includePrompt ?? false,
    around: (operation, run) =>
      tracer.startActiveSpan(
        nameOf(operation),
        { kind: isCall(operation) ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes: describe(operation) },
        async (span) => {
          try {
            return await run();
          } finally {
            end(span, operation);
            count(operation);
          }
        },
      ),
  };
}

/** The operations that ask the service for images; the others read what became of them. */
const isCall = ({ name }: InstrumentedOperation): boolean => name === "generate" || name === "submit";

const nameOf = (operation: InstrumentedOperation): string =>
  isCall(operation) ? `generate_content ${String(operation.model)}` : `tensorslab_images.${operation.name}`;

/** The attributes of an operation, before or after it ran. */
function describe(operation: InstrumentedOperation): Attributes {
  const known: Record<string, string | number | boolean | undefined> = {
    "gen_ai.operation.name": isCall(operation) ? "generate_content" : undefined,
    "gen_ai.provider.name": "tensorslab",
    "gen_ai.request.model": operation.model,
    "gen_ai.output.type": "image",
    "gen_ai.request.choice.count": operation.requested,
    "http.response.status_code": operation.httpStatus,
    ...describeEnd(operation),
    "tensorslab_images.operation": operation.name,
    "tensorslab_images.task.id": operation.taskid,
    "tensorslab_images.outcome": operation.outcome,
    "tensorslab_images.attempts": operation.attempts || undefined,
    "tensorslab_images.bytes": operation.bytes,
    "tensorslab_images.images.received": operation.received,
    "tensorslab_images.prompt": operation.prompt,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Attributes;
}

/** A caller who stops an operation is no error, as the HTTP conventions have it: the HTTP spans below are none either. */
const isAborted = ({ errorCode }: InstrumentedOperation): boolean => errorCode === "ABORTED";

function describeEnd(operation: InstrumentedOperation): Attributes {
  if (isAborted(operation)) return { "tensorslab_images.aborted": true };
  return operation.errorCode ? { "error.type": operation.errorCode } : {};
}

function end(span: Span, operation: InstrumentedOperation): void {
  span.setAttributes(describe(operation));
  if (operation.errorCode && !isAborted(operation))
    span.setStatus({ code: SpanStatusCode.ERROR, message: operation.errorCode });
  span.end();
}

/** Boundaries in seconds: those that an SDK takes by itself are made for milliseconds. */
const boundaries = {
  /** Those of the GenAI conventions. */
  duration: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  timeToImage: [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600],
};

/** Creates the function that counts an operation which has ended. */
function createCounts(meter: Meter): (operation: InstrumentedOperation) => void {
  const bought = meter.createCounter("tensorslab_images.images.bought", {
    description: "Images of submits that the service accepted",
    unit: "{image}",
  });
  const unknown = meter.createCounter("tensorslab_images.submits.unknown", {
    description: "Submits that may have been paid for without a task: check the account",
    unit: "{submit}",
  });
  const timeToImage = meter.createHistogram("tensorslab_images.time_to_image", {
    description: "Time from the start of a generation or a wait to its images",
    unit: "s",
    advice: { explicitBucketBoundaries: boundaries.timeToImage },
  });
  const duration = meter.createHistogram("gen_ai.client.operation.duration", {
    description: "Duration of an operation",
    unit: "s",
    advice: { explicitBucketBoundaries: boundaries.duration },
  });

  return (operation) => {
    const { name, model, outcome, errorCode, requested = 0, received = 0, durationMs = 0 } = operation;
    const attributes = describeForMetrics(operation);
    duration.record(durationMs / 1000, attributes);
    if (name === "submit" && outcome === "accepted") bought.add(requested, { "gen_ai.request.model": model });
    if (name === "submit" && outcome === "unknown") unknown.add(1, { "gen_ai.request.model": model });
    const isEnd = (name === "generate" || name === "wait") && errorCode === undefined && received > 0;
    if (isEnd) timeToImage.record(durationMs / 1000, attributes);
  };
}

/** Attributes of few values, for each combination is a series of its own. */
function describeForMetrics(operation: InstrumentedOperation): Attributes {
  const { name, model } = operation;
  return {
    "gen_ai.operation.name": isCall(operation) ? "generate_content" : name,
    "gen_ai.provider.name": "tensorslab",
    "tensorslab_images.operation": name,
    ...(model && { "gen_ai.request.model": model }),
    ...describeEnd(operation),
  };
}
