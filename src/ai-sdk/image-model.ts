import { checkInput, downloadImage, isTensorsLabError } from "../index.js";
import type { Client, Model, Submission, Task } from "../index.js";
import { models } from "../schemas/index.js";
import { createCallGroups } from "./call-group.js";
import type { GroupedCall } from "./call-group.js";
import { toCallError } from "./errors.js";
import { readModelCall } from "./model-call.js";
import type { ModelCall } from "./model-call.js";
import type { ImageCallOptions, ImageCallResult, ImageWarning } from "./model-types.js";
import { providerName } from "./provider-options.js";
import type { GenerateRecorded } from "./recorded.js";

/** An image model of version 3 of the AI SDK, which `generateImage` of `ai` 6 and 7 takes. */
export interface ImageModel<M extends Model = Model> {
  /** The version of the interface. */
  readonly specificationVersion: "v3";
  /** Name of the provider, for logs. */
  readonly provider: string;
  /** The model, such as `seedreamv5`. */
  readonly modelId: M;
  /** Most images that one submit may ask for, as the document says; undefined stands for one. */
  readonly maxImagesPerCall: number | undefined;
  /**
   * Submits once, waits and downloads.
   *
   * @throws {ImageCallError} `generateImage` does not repeat it.
   * @throws The reason of the signal.
   */
  doGenerate(options: ImageCallOptions): Promise<ImageCallResult>;
}

/** Shared by the models of a provider. */
export interface ModelSettings {
  /** Creates the client of one call, which sends these headers too. */
  clientFor: (headers: ImageCallOptions["headers"], warnings: ImageWarning[]) => Client;
  generateRecorded: GenerateRecorded | undefined;
  onSubmitted: ((submission: Submission) => void | Promise<void>) | undefined;
}

/** Creates a model. It has no private members: `ai` 7 calls it through a proxy. */
export function createImageModel<M extends Model>(
  modelId: M,
  { clientFor, generateRecorded, onSubmitted }: ModelSettings,
): ImageModel<M> {
  const joinGroup = createCallGroups();
  const { maximum } = models[modelId].fields.find(({ role }) => role === "count") ?? { maximum: 1 };

  async function generate(
    modelCall: ModelCall,
    client: Client,
    signal: AbortSignal | undefined,
    call: GroupedCall,
  ) {
    if (generateRecorded) return generateRecorded(modelId, modelCall, call, { client, signal, onSubmitted });
    const { timeoutMs, pollIntervalMs } = modelCall.settings;
    return client.generate(modelId, modelCall.input as never, {
      signal,
      timeoutMs,
      pollIntervalMs,
      async onSubmitted(submission) {
        call.submitted(submission.taskid);
        await onSubmitted?.(submission);
      },
    });
  }

  async function carryOut(options: ImageCallOptions, call: GroupedCall): Promise<ImageCallResult> {
    const { abortSignal: signal, n } = options;
    const modelCall = readModelCall(modelId, options);
    const { warnings } = modelCall;
    for (const { path, message } of await checkInput(modelId, modelCall.input as never)) {
      warnings.push({ type: "other", message: `${path} ${message}` });
    }
    const client = clientFor(options.headers, warnings);
    const task = await generate(modelCall, client, signal, call);
    if (!task) return withoutImages(modelId, warnings);
    call.submitted(task.taskid);
    const images = await Promise.all(task.urls.map((url) => download(url, client, signal)));
    if (images.length < n) {
      warnings.push({
        type: "other",
        message: `${n} images were asked for and ${images.length} came; task ${task.taskid}`,
      });
    }
    return { ...toResult(modelId, warnings, task), images };
  }

  return {
    specificationVersion: "v3",
    provider: `${providerName}.image`,
    modelId,
    maxImagesPerCall: maximum,
    async doGenerate(options) {
      const call = joinGroup(options.headers, options.n);
      try {
        const result = await carryOut(options, call);
        call.end(true);
        return result;
      } catch (error) {
        const { abortSignal: signal } = options;
        const isStop = signal?.aborted === true && error === signal.reason;
        call.submitted(isTensorsLabError(error) ? error.taskid : undefined);
        if (!isStop) await untilAborted(call.othersSubmitted(), signal);
        call.end(false);
        throw isStop ? error : toCallError(error, call);
      }
    },
  };
}

async function download(url: string, client: Client, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return new Uint8Array(await (await downloadImage(url, { client, signal })).arrayBuffer());
}

function toResult(
  modelId: string,
  warnings: ImageWarning[],
  { taskid, urls }: Pick<Task, "taskid" | "urls">,
) {
  return {
    warnings,
    providerMetadata: { [providerName]: { images: urls.map((url) => ({ taskid, url })) } },
    response: { timestamp: new Date(), modelId, headers: undefined },
  };
}

/** The result for a submit that may have been paid for already, and is not repeated: other calls have images. */
function withoutImages(modelId: string, warnings: ImageWarning[]): ImageCallResult {
  const message =
    "the outcome of an earlier submit of this input is unknown: it may have been paid for, so it was not repeated. " +
    "Check your account; `resubmitUnknown: true` in `providerOptions` submits it again";
  warnings.push({ type: "other", message });
  return { ...toResult(modelId, warnings, { taskid: "", urls: [] }), images: [], isRetryable: false };
}

/** Waits for work, though not beyond an abort; no listener stays on the signal, which may outlive many calls. */
async function untilAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  let stop = (): void => {};
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  await Promise.race([work, aborted]).finally(() => signal?.removeEventListener("abort", stop));
}
