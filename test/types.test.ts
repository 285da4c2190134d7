import { describe, expect, expectTypeOf, test } from "vitest";
import type { models } from "../generated/operations.js";
import type { operations, paths } from "../generated/schema.js";
import { createClient, InvalidInputError, TaskFailedError, TensorsLabError } from "../src/index.js";
import type {
  ApiKey,
  Client,
  ClientOptions,
  components,
  FileInput,
  GenerateOptions,
  Model,
  ModelInput,
  Outcome,
  Submission,
  Task,
  TaskReference,
  TaskStatus,
} from "../src/index.js";

// Checked by the compiler with all other tests; what runs here only shows that values agree with their types.

type Input = ModelInput<"seedreamv5">;

/** Never called: what stands inside is for the compiler alone. */
function compileOnly(_: (client: Client) => unknown): void {
  expect(typeof _).toBe("function");
}

describe("models and their fields come from the document", () => {
  test("the names of the models", () => {
    expectTypeOf<Model>().toEqualTypeOf<keyof typeof models>();
    expectTypeOf<"seedreamv5">().toExtend<Model>();
  });

  test("the fields of a model", () => {
    type Form = operations["seeDreamV5"]["requestBody"]["content"]["multipart/form-data"];
    expectTypeOf<keyof Input>().toEqualTypeOf<keyof Form>();
    expectTypeOf<Input["prompt"]>().toEqualTypeOf<string>();
    expectTypeOf<Input["batchsize"]>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Input["resolution"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Input["sourceImage"]>().toEqualTypeOf<readonly FileInput[] | undefined>();
    expectTypeOf<{ prompt: string }>().toExtend<Input>();
    expectTypeOf<{ prompt: string; batchsize: undefined }>().toExtend<Input>();
  });

  test("bytes in every form are files", () => {
    expectTypeOf<Blob>().toExtend<FileInput>();
    expectTypeOf<File>().toExtend<FileInput>();
    expectTypeOf<ArrayBuffer>().toExtend<FileInput>();
    expectTypeOf<Uint8Array<ArrayBuffer>>().toExtend<FileInput>();
    expectTypeOf<Float64Array<ArrayBuffer>>().toExtend<FileInput>();
    expectTypeOf<DataView<ArrayBuffer>>().toExtend<FileInput>();
    expectTypeOf<Buffer<ArrayBuffer>>().toExtend<FileInput>();
    expectTypeOf<string>().not.toExtend<FileInput>();
  });

  test("what the document does not have is no input", () => {
    compileOnly((client) => [
      // @ts-expect-error there is no such model
      client.submit("seedreamv6", { prompt: "x" }),
      // @ts-expect-error a prompt is required
      client.submit("seedreamv5", {}),
      // @ts-expect-error a misspelt field
      client.submit("seedreamv5", { prompt: "x", batchSize: 2 }),
      // @ts-expect-error a number is no text
      client.submit("seedreamv5", { prompt: 17 }),
      // @ts-expect-error a text is no number
      client.generate("seedreamv5", { prompt: "x", batchsize: "2" }),
      // @ts-expect-error null is no field
      client.submit("seedreamv5", { prompt: "x", category: null }),
      // @ts-expect-error one file is no list
      client.submit("seedreamv5", { prompt: "x", sourceImage: new Blob() }),
      // @ts-expect-error a path is no file
      client.submit("seedreamv5", { prompt: "x", sourceImage: ["photo.png"] }),
    ]);
  });
});

describe("the client", () => {
  test("what its methods take and give", () => {
    expectTypeOf(createClient).parameter(0).toEqualTypeOf<ClientOptions | undefined>();
    expectTypeOf(createClient).returns.toEqualTypeOf<Client>();
    expectTypeOf<Client["submit"]>().returns.resolves.toEqualTypeOf<Submission>();
    expectTypeOf<Client["status"]>().returns.resolves.toEqualTypeOf<Task>();
    expectTypeOf<Client["wait"]>().returns.resolves.toEqualTypeOf<Task>();
    expectTypeOf<Client["generate"]>().returns.resolves.toEqualTypeOf<Task>();
    expectTypeOf<Client["watch"]>().returns.toEqualTypeOf<AsyncGenerator<Task, void, undefined>>();
    expectTypeOf<Client["status"]>().parameter(0).toEqualTypeOf<TaskReference>();
    expectTypeOf<Submission>().toExtend<TaskReference>();
    expectTypeOf<Task>().toExtend<TaskReference>();
    expectTypeOf<NonNullable<GenerateOptions["onSubmitted"]>>().parameter(0).toEqualTypeOf<Submission>();
    expectTypeOf<NonNullable<GenerateOptions["onStatus"]>>().parameter(0).toEqualTypeOf<Task>();
  });

  test("a key is text, or a function that gives it now or later", () => {
    expectTypeOf<string>().toExtend<ApiKey>();
    expectTypeOf<() => string>().toExtend<ApiKey>();
    expectTypeOf<() => Promise<string>>().toExtend<ApiKey>();
    expectTypeOf<null>().toExtend<ClientOptions["apiKey"]>();
  });

  test("options that do not exist are refused by the compiler", () => {
    compileOnly((client) => [
      // @ts-expect-error a misspelt option
      createClient({ apikey: "key-1" }),
      // @ts-expect-error there are two schemes
      createClient({ authScheme: "basic" }),
      // @ts-expect-error a wait has no submit
      client.wait("task-1", { onSubmitted: () => undefined }),
      // @ts-expect-error what is watched is yielded
      client.watch("task-1", { onStatus: () => undefined }),
    ]);
  });
});

describe("answers", () => {
  test("a task", () => {
    expectTypeOf<TaskStatus>().toEqualTypeOf<"queued" | "processing" | "completed" | "failed" | "unknown">();
    expectTypeOf<Omit<Task, "raw">>().toEqualTypeOf<{
      taskid: string;
      status: TaskStatus;
      urls: string[];
      requested: number | undefined;
      width: number | undefined;
      height: number | undefined;
    }>();
    type StatusResponse = paths["/v1/images/infobytaskid"]["post"]["responses"]["200"];
    type Read = NonNullable<StatusResponse["content"]["application/json"]["data"]>;
    expectTypeOf<Task["raw"]>().toEqualTypeOf<Read | components["schemas"]["GeneralData"]>();
  });

  test("a submission", () => {
    expectTypeOf<Submission>().toEqualTypeOf<{
      taskid: string;
      urls: string[];
      requested: number;
      raw: components["schemas"]["GeneralData"];
    }>();
  });

  test("errors", () => {
    expectTypeOf<TensorsLabError["outcome"]>().toEqualTypeOf<Outcome | undefined>();
    expectTypeOf<Outcome>().toEqualTypeOf<"not-sent" | "rejected" | "unknown" | "accepted">();
    expectTypeOf<TensorsLabError["taskid"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<InvalidInputError["code"]>().toEqualTypeOf<"INVALID_INPUT">();
    expectTypeOf<TaskFailedError>().toExtend<TensorsLabError>();
    expectTypeOf<TaskFailedError["task"]>().toEqualTypeOf<Task>();
    // @ts-expect-error a misspelt code
    expect((error: TensorsLabError) => error.code === "RATELIMIT").toBeTypeOf("function");
    expectTypeOf<InvalidInputError["issues"]>().items.toEqualTypeOf<{ path: string; message: string }>();
  });
});

describe("the raw client is typed by the document", () => {
  test("paths, bodies and answers", () => {
    type Api = Client["api"];
    type SubmitBody = { prompt: string; sourceImage?: (Blob | File)[] };
    expectTypeOf<"/v1/images/seedreamv5">().toExtend<Parameters<Api["POST"]>[0]>();
    expectTypeOf<"/v1/images/infobytaskid">().toExtend<Parameters<Api["POST"]>[0]>();
    compileOnly(async ({ api }) => {
      const body: SubmitBody = { prompt: "x" };
      const { data } = await api.POST("/v1/images/seedreamv5", { body });
      expectTypeOf(data!.data.taskid).toEqualTypeOf<string>();
      expectTypeOf(data!.data.url).toEqualTypeOf<string | undefined>();
      const read = await api.POST("/v1/images/infobytaskid", { body: { taskid: "task-1" } });
      // Whether the document requires them is its own matter.
      expectTypeOf(read.data!.data!.url).toEqualTypeOf<string[] | undefined>();
      expectTypeOf(read.data!.data!.image_status).toExtend<string | number | undefined>();
      // @ts-expect-error there is no such path
      await api.POST("/v1/images/seedreamv6", { body });
      // @ts-expect-error the document has no such method
      await api.GET("/v1/images/seedreamv5");
      // @ts-expect-error a body is required
      await api.POST("/v1/images/seedreamv5", {});
      // @ts-expect-error a task's id is text
      await api.POST("/v1/images/infobytaskid", { body: { taskid: 17 } });
    });
  });
});
