import { describe, expect, test } from "vitest";
import { operations, statusOperation } from "../../generated/operations.js";
import { parseResponse } from "../../src/reliability/response.js";

// What answers come to over a real server stands with the faults. Here is what the judge itself decides.

const submit = "POST /v1/images/seedreamv5" satisfies keyof typeof operations;
const redact = (text: string) => text.replaceAll("key-1", "[redacted]");

const judge = (
  body: unknown,
  {
    status = 200,
    taskid = undefined as string | undefined,
    retryAfterMs = undefined as number | undefined,
  } = {},
) =>
  parseResponse(
    { status, body, retryAfterMs },
    { operation: taskid ? statusOperation : submit, taskid, redact },
  );

function errorOf(work: () => unknown): Record<string, unknown> {
  try {
    work();
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("the answer was taken");
}

const data = { taskid: "task-1" };

describe("a success gives its data", () => {
  test.each([
    ["as text", JSON.stringify({ code: 1000, msg: "success", data })],
    ["as what was already read of it", { code: 1000, msg: "success", data }],
    ["with the code as text", { code: "1000", msg: "success", data }],
    ["with nulls, which are none", { code: 1000, msg: "success", data: { taskid: "task-1", url: null } }],
    ["with a number for a task id", { code: 1000, msg: "success", data: { taskid: 17 } }],
  ])("%s", (_, body) => {
    expect(judge(body)).toEqual({ taskid: expect.stringMatching(/^(task-1|17)$/) as string });
  });

  test("with what the document does not know", () => {
    const more = { ...data, seed: 7, list: [1, null, 2], deep: { none: null, some: 1 } };
    expect(judge({ code: 1000, msg: "success", data: more })).toEqual({
      ...data,
      seed: 7,
      list: [1, 2],
      deep: { some: 1 },
    });
  });
});

describe("what is nested without end is left out, so that it can be walked through and printed", () => {
  const levels = 50_000; // a tenth of it ends whatever calls itself for each
  const lists = "[".repeat(levels) + "]".repeat(levels);
  const objects = '{"a":'.repeat(levels) + "1" + "}".repeat(levels);
  test.each([
    ["lists", lists],
    ["objects", objects],
    ["lists, and a null", `[null,${lists}]`],
    ["objects in lists, beside escapes", `["\\u0061",${objects}]`],
  ])("%s", (_, deep) => {
    const data = `{"taskid":"task-1","list":[[1]],"deep":${deep}}`;
    const bodies = [`{"code":1000,"msg":"success","data":${data}}`];
    for (const body of [...bodies, ...bodies.map((text) => JSON.parse(text) as unknown)]) {
      const given = judge(body);
      expect(given).toMatchObject({ taskid: "task-1", list: [[1]] });
      expect(JSON.stringify(structuredClone(given)).length).toBeLessThan(1000);
    }
    // It is paid for, so an error has its id.
    for (const body of [`{"data":${data}}`, JSON.parse(`{"data":${data}}`)]) {
      expect(errorOf(() => judge(body))).toMatchObject({ code: "UNEXPECTED_RESPONSE", taskid: "task-1" });
    }
    expect(errorOf(() => judge(JSON.parse(deep)))).toMatchObject({ code: "OUTCOME_UNKNOWN" });
  });
});

describe("a read's refusal says nothing of its submit, which was accepted", () => {
  test.each([
    [401, "", "AUTHENTICATION"],
    [429, "", "RATE_LIMIT"],
    [404, "", "SERVICE"],
    [200, { code: 9000, msg: "no credits" }, "INSUFFICIENT_CREDITS"],
    [200, { code: 9999, msg: "no such task" }, "SERVICE"],
    [200, { code: 4711, msg: "what is this" }, "SERVICE"],
    [502, "<h1>Bad Gateway</h1>", "UNEXPECTED_RESPONSE"],
    [200, "", "UNEXPECTED_RESPONSE"],
    [200, { code: 1000, msg: "success" }, "UNEXPECTED_RESPONSE"],
    [200, { code: 1000, msg: "success", data }, "UNEXPECTED_RESPONSE"],
    [200, [], "UNEXPECTED_RESPONSE"],
    [200, null, "UNEXPECTED_RESPONSE"],
  ])("HTTP %o with %o", (status, body, code) => {
    const error = errorOf(() => judge(body, { status, taskid: "task-1" }));
    expect(error).toMatchObject({ code, outcome: "accepted", taskid: "task-1", httpStatus: status });
  });
});

describe("what an error says", () => {
  test("a refusal is told in the service's words, which are cut where they never end", () => {
    const error = errorOf(() => judge({ code: 9999, msg: `no ${"o".repeat(10_000)}` }));
    expect(error).toMatchObject({ code: "SERVICE", outcome: "rejected", serviceCode: 9999 });
    expect(error.serviceMessage).toHaveLength(500);
    expect((error.message as string).length).toBeLessThan(700);
  });

  test("an excerpt shows the beginning of what cannot be read", () => {
    const error = errorOf(() => judge(`<h1>Bad Gateway</h1>${" ".repeat(500)}`, { status: 502 }));
    expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", outcome: "unknown", httpStatus: 502 });
    expect(error.excerpt).toMatch(/^<h1>Bad Gateway<\/h1>\s+$/);
    expect(error.excerpt).toHaveLength(200);
  });

  test("an excerpt of what was already read is its JSON", () => {
    const error = errorOf(() => judge({ hello: "world" }));
    expect(error).toMatchObject({ code: "OUTCOME_UNKNOWN", excerpt: '{"hello":"world"}' });
  });

  test("where the answer breaks the document", () => {
    const error = errorOf(() => judge({ code: 1000, msg: ["a", "b"], data }));
    expect(error).toMatchObject({ code: "UNEXPECTED_RESPONSE", outcome: "accepted", taskid: "task-1" });
    expect(error.message).toMatch(/response does not match the OpenAPI schema: \/msg must be string/);
    expect(errorOf(() => judge({ code: 1000, data })).message).toMatch(
      /response does not match the OpenAPI schema: \/msg is required/,
    );
  });

  test("the pause that the service asks for", () => {
    const error = errorOf(() => judge("", { status: 429, retryAfterMs: 1500 }));
    expect(error).toMatchObject({ code: "RATE_LIMIT", outcome: "rejected", retryAfterMs: 1500 });
  });

  test.each([
    { code: 9999, msg: "the key key-1 is unknown" },
    { code: 4711, msg: "key-1" },
    { code: "key-1", msg: "?" },
    { hello: "key-1" },
  ])("the key is in none of it: %o", (body) => {
    const error = errorOf(() => judge(body));
    expect(`${error.message} ${error.excerpt} ${error.serviceMessage} ${error.serviceCode}`).not.toContain(
      "key-1",
    );
  });
});
