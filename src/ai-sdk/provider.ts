import { ConfigurationError, createClient } from "../index.js";
import type { ApiKey, Client, Fetch, Model, RecordStore, Submission } from "../index.js";
import { models } from "../schemas/index.js";
import { createImageModel } from "./image-model.js";
import type { ImageModel, ModelSettings } from "./image-model.js";
import type { ImageWarning } from "./model-types.js";
import { createRecordedGeneration } from "./recorded.js";

/** Options of a provider; every option has a default that works. */
export interface ProviderSettings {
  /** The API key, or a function that returns it. @default the environment variable TENSORSLAB_API_KEY, read at each call */
  apiKey?: ApiKey | null | undefined;
  /** Base URL of the service. @default TENSORSLAB_BASE_URL, else the server that the document names */
  baseURL?: string | URL | undefined;
  /** Headers for every request to the API. */
  headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Sends the requests. It must not retry by itself: it could pay twice. @default `globalThis.fetch` */
  fetch?: Fetch | undefined;
  /** A client of yours, instead of the four options above: for its deadlines, its retries, its instrumentation. */
  client?: Client | undefined;
  /** Keeps a record of each submit, so that the next call gets the images that a failed call has paid for. @default none */
  records?: RecordStore | undefined;
  /** Called, and awaited, once there is a task and before it is first read, so that its id can be stored. */
  onSubmitted?: ((submission: Submission) => void | Promise<void>) | undefined;
}

/** Creates image models for the AI SDK. */
export interface Provider {
  /** Creates the image model of that name. */
  <M extends Model>(modelId: M): ImageModel<M>;
  /** The version of the SDK's interface for providers. */
  readonly specificationVersion: "v3";
  /** Creates the image model of that name. */
  image<M extends Model>(modelId: M): ImageModel<M>;
  /**
   * Creates the image model of that name, for a registry of providers.
   *
   * @throws {ConfigurationError} There is no such model; it is the SDK's NoSuchModelError too.
   */
  imageModel(modelId: string): ImageModel;
  /** Throws: the service has image models alone. */
  languageModel(modelId: string): never;
  /** Throws: the service has image models alone. */
  embeddingModel(modelId: string): never;
}

const optionNames = [
  "apiKey",
  "baseURL",
  "headers",
  "fetch",
  "client",
  "records",
  "onSubmitted",
] as const satisfies readonly (keyof ProviderSettings)[];

/**
 * Creates a provider for `generateImage` of the AI SDK.
 *
 * @throws {ConfigurationError} An option is invalid.
 * @example
 * const { image } = createTensorsLab({ records: createMemoryStore() });
 * const model = image("seedreamv5"); // for generateImage({ model, prompt })
 */
export function createTensorsLab(settings: ProviderSettings = {}): Provider {
  const model = createModels(settings);
  const image = <M extends Model>(modelId: M): ImageModel<M> => {
    if (!Object.hasOwn(models, modelId)) throw noSuchModel(modelId, "imageModel");
    return model(modelId);
  };
  return Object.assign(<M extends Model>(modelId: M) => image(modelId), {
    specificationVersion: "v3" as const,
    image,
    imageModel: (modelId: string) => image(modelId as Model),
    languageModel(modelId: string): never {
      throw noSuchModel(modelId, "languageModel");
    },
    embeddingModel(modelId: string): never {
      throw noSuchModel(modelId, "embeddingModel");
    },
  });
}

/**
 * A provider whose key is in the environment variable TENSORSLAB_API_KEY, which is read at each call.
 *
 * @example
 * const model = tensorslab.image("seedreamv5"); // for generateImage({ model, prompt })
 */
export const tensorslab: Provider = /* @__PURE__ */ createTensorsLab();

function createModels(settings: ProviderSettings): <M extends Model>(modelId: M) => ImageModel<M> {
  const unknown = Object.keys(settings).find((name) => !(optionNames as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(`Unknown option \`${unknown}\`. Available: ${optionNames.join(", ")}`);
  }
  const { apiKey, baseURL, headers = {}, fetch, client, records, onSubmitted } = settings;
  const own = Object.entries({ apiKey, baseURL, headers: settings.headers, fetch }).find(
    ([, value]) => value !== undefined,
  );
  if (client && own)
    throw new ConfigurationError(`\`client\` and \`${own[0]}\` exclude each other: the client has its own`);
  if (onSubmitted !== undefined && typeof onSubmitted !== "function") {
    throw new ConfigurationError("`onSubmitted` must be a function");
  }
  if (
    records !== undefined &&
    [records?.read, records?.write, records?.claim].some((method) => typeof method !== "function")
  ) {
    throw new ConfigurationError("`records` must be a RecordStore, with `read`, `write` and `claim`");
  }
  const newClient = () => createClient({ apiKey, baseUrl: baseURL, fetch });
  if (own) newClient(); // throws now if an option is invalid; the environment is read at the first call

  const clientFor: ModelSettings["clientFor"] = (ofCall, warnings) => {
    if (client) {
      warnAboutHeaders(ofCall, warnings);
      return client;
    }
    const fresh = newClient();
    const wanted = Object.entries({ ...headers, ...ofCall }).filter(([name]) => !isOfBody(name));
    fresh.api.use({
      onRequest({ request }) {
        for (const [name, value] of wanted) if (value !== undefined) request.headers.set(name, value);
        return request;
      },
    });
    return fresh;
  };
  const generateRecorded = records && createRecordedGeneration(records);
  return (modelId) => createImageModel(modelId, { clientFor, generateRecorded, onSubmitted });
}

/** Headers that say how a body is encoded are the client's alone: with others, the service could not read it. */
const isOfBody = (name: string): boolean => /^(content-.*|transfer-encoding)$/i.test(name);

function warnAboutHeaders(headers: object | undefined, warnings: ImageWarning[]): void {
  // The SDK names itself in every call.
  const names = Object.keys(headers ?? {}).filter((name) => name.toLowerCase() !== "user-agent");
  if (names.length === 0) return;
  const details = "the provider has a `client` of its own: add a middleware with `client.api.use` instead";
  warnings.push({ type: "unsupported", feature: `headers (${names.join(", ")})`, details });
}

/** An error of this package that the SDK takes for its own of that kind, whichever copy of the SDK looks. */
function noSuchModel(modelId: string, modelType: string): ConfigurationError {
  const available =
    modelType === "imageModel"
      ? `Available: ${Object.keys(models).join(", ")}`
      : "TensorsLab has image models alone";
  const error = new ConfigurationError(`Unknown model \`${modelId}\`. ${available}`);
  const markers = ["vercel.ai.error", "vercel.ai.error.AI_NoSuchModelError"];
  return Object.assign(error, Object.fromEntries(markers.map((name) => [Symbol.for(name), true])), {
    modelId,
    modelType,
  });
}
