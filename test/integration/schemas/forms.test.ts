// The schemas where forms and routers take a Standard Schema: tRPC, React Hook Form and TanStack Form.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { FieldApi, FormApi } from "@tanstack/form-core";
import { createTRPCClient, httpLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { createFormControl } from "react-hook-form";
import { expect, expectTypeOf, onTestFinished, test, vi } from "vitest";
import { createClient } from "tensorslab-images";
import { startMockServer } from "tensorslab-images/mock-server";
import { inputSchema, toModelInput } from "tensorslab-images/schemas";
import type { JsonInput } from "tensorslab-images/schemas";

type Input = JsonInput<"seedreamv5">;

const photo = Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\r", "latin1");

test("tRPC validates a procedure's input, called here and over HTTP, and its calls make images", async () => {
  const service = await startMockServer({ taskDurationMs: 0 });
  onTestFinished(() => service.close());
  const client = createClient({ apiKey: "any", baseUrl: service.url });
  const { router, procedure, createCallerFactory } = initTRPC.create();
  const paint = procedure
    .input(inputSchema("seedreamv5", { files: ["url", "base64"] }))
    .mutation(async ({ input }) => {
      expectTypeOf(input).toEqualTypeOf<Input>();
      const { urls } = await client.generate("seedreamv5", await toModelInput("seedreamv5", input));
      return urls.length;
    });
  const appRouter = router({ paint });
  const server = createHTTPServer({ router: appRouter }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const remote = createTRPCClient<typeof appRouter>({ links: [httpLink({ url })] });

  const local = createCallerFactory(appRouter)({});
  for (const call of [(input: Input) => local.paint(input), (input: Input) => remote.paint.mutate(input)]) {
    const before = service.ledger.length;
    const sourceImage = [{ base64: photo.toString("base64"), name: "fox.png" }];
    expect(await call({ prompt: "a fox", batchsize: 2, sourceImage })).toBe(2);
    expect(service.requests.findLast(({ role }) => role === "submit")).toMatchObject({
      fields: { prompt: "a fox", batchsize: 2 },
      files: [{ filename: "fox.png", size: photo.length }],
    });
    for (const [input, message] of [
      [{ prompt: "a fox", batchsize: 16 }, "must be <= 15"],
      [{ prompt: "a fox", fox: 1 }, /is not a field of this operation/],
      [{ prompt: "a fox", sourceImage: [{ path: "/etc/passwd" }] }, /must be a file: .*url.*base64/],
      [undefined, /must be an object/],
    ] as const) {
      await expect(call(input as never)).rejects.toThrow(message);
    }
    expect(service.ledger).toHaveLength(before + 1);
  }
});

test("React Hook Form takes one by its resolver, and names the field of each fault", async () => {
  const form = createFormControl<Input>({
    resolver: standardSchemaResolver(inputSchema("seedreamv5")),
    defaultValues: { prompt: "" },
  });
  const [accept, refuse] = [vi.fn(), vi.fn()];
  const submit = async (input: object) => {
    form.reset(input as Input);
    await form.handleSubmit(accept, refuse)();
  };
  await submit({ prompt: "", batchsize: 99, sourceImage: [{ url: "a" }, { url: "b" }] });
  expect(accept).not.toHaveBeenCalled();
  expect(refuse.mock.lastCall?.[0]).toMatchObject({
    prompt: { message: expect.stringContaining("must") },
    batchsize: { message: "must be <= 15" },
    sourceImage: [
      { url: { message: "must be an http or https URL" } },
      { message: expect.stringContaining("second URL") },
    ],
  });
  const valid = { prompt: "a fox", sourceImage: [new File([photo], "fox.png")] };
  await submit(valid);
  expect(accept.mock.lastCall?.[0]).toEqual(valid);
  expect((accept.mock.lastCall?.[0] as typeof valid).sourceImage[0]).toBeInstanceOf(File);
});

test("TanStack Form takes one as a validator, and names the field of each fault", async () => {
  const accept = vi.fn();
  const form = new FormApi({
    defaultValues: { prompt: "", batchsize: 99 } as Input,
    validators: { onSubmit: inputSchema("seedreamv5") },
    onSubmit: ({ value }) => void accept(value),
  });
  const prompt = new FieldApi({ form, name: "prompt" });
  const batchsize = new FieldApi({ form, name: "batchsize" });
  for (const part of [form, prompt, batchsize]) onTestFinished(part.mount());
  await form.handleSubmit();
  expect(accept).not.toHaveBeenCalled();
  expect(form.state.errorMap.onSubmit).toMatchObject({
    prompt: [{ message: expect.stringContaining("must") }],
    batchsize: [{ message: "must be <= 15" }],
  });
  expect(batchsize.state.meta.errors).toMatchObject([{ message: "must be <= 15" }]);
  prompt.handleChange("a fox");
  batchsize.handleChange(2);
  await form.handleSubmit();
  expect(accept).toHaveBeenCalledWith({ prompt: "a fox", batchsize: 2 });
});
