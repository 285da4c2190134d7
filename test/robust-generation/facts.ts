import { expect, test } from "vitest";
import { generate, generateFixture, readFixture } from "./generation.js";

// The facts that the client needs at run time: the server, how the key is sent, operations and models.

const edit = async (name: string, from: string, to: string): Promise<string> => {
  const before = await readFixture(name);
  const after = before.replace(from, () => to);
  if (after === before) throw new Error(`${name} does not hold ${from}`);
  return after;
};

test("the key is sent by the first scheme that an operation asks for and that one header can meet", async () => {
  const { exported, operations } = await generateFixture("security");
  expect(exported.authentication).toEqual({ header: "X-Api-Key", scheme: "" });
  expect(Object.keys(operations)).toEqual(["GET /v1/status", "POST /v1/pictures"]);
});

test.each([
  [
    "bearer",
    "        - HeaderKey: []\n        - Token: []",
    "        - Token: []",
    { header: "Authorization", scheme: "Bearer" },
  ],
  [
    "oauth2",
    "        - HeaderKey: []\n        - Token: []",
    "        - Login: [draw]",
    { header: "Authorization", scheme: "Bearer" },
  ],
  [
    "basic",
    "        - HeaderKey: []\n        - Token: []",
    "        - Unused: []",
    { header: "Authorization", scheme: "Basic" },
  ],
  [
    "a scheme that no header carries",
    "        - HeaderKey: []\n        - Token: []",
    "        - Cookie: []",
    null,
  ],
  [
    "none",
    "        - HeaderKey: []\n          Tenant: []\n        - HeaderKey: []\n        - Token: []",
    "        - {}",
    null,
  ],
])("an operation that asks for %s", async (_, from, to, authentication) => {
  const { exported } = await generate({ "security.yaml": await edit("security", from, to) });
  expect(exported.authentication).toEqual(authentication);
});

test("what the document asks of all operations counts where an operation says nothing", async () => {
  const text = (await edit("security", "  - QueryKey: []", "  - Token: []")).replace(
    /      security:\n( {8}.*\n)+(?=      requestBody)/,
    "",
  );
  const { exported } = await generate({ "security.yaml": text });
  expect(exported.authentication).toEqual({ header: "Authorization", scheme: "Bearer" });
});

test("of several servers the first is used, its variables at their defaults", async () => {
  const { exported } = await generateFixture("parameters");
  expect(exported.server).toBe("https://eu.example.com:8443/{unknown}");
  expect((await generateFixture("form")).exported.server).toBeNull();
  const text = (await readFixture("form")).replace(
    "    post:\n",
    "    servers: [{ url: https://forms.example.com }]\n    post:\n",
  );
  expect((await generate({ "form.yaml": text })).exported.server).toBe("https://forms.example.com");
});

test("operations without an operationId, with parameters, and behind references", async () => {
  const { operations } = await generateFixture("parameters");
  expect(
    Object.entries(operations).map(([name, { operationId, mediaType }]) => [name, operationId, mediaType]),
  ).toEqual([
    ["GET /v1/albums/{album}/pictures", undefined, undefined],
    ["POST /v1/albums/{album}/pictures", undefined, "multipart/form-data"],
    ["PUT /v1/albums/{album}", undefined, "application/vnd.example+json; charset=utf-8"],
    ["DELETE /v1/albums/{album}", undefined, undefined],
    ["PUT /v1/folders/{album}", undefined, "application/vnd.example+json; charset=utf-8"],
    ["DELETE /v1/folders/{album}", undefined, undefined],
  ]);
});

test("extensions are no part of the document", async () => {
  const { operations, exported } = await generateFixture("extensions");
  expect(Object.keys(operations)).toEqual(["POST /v1/things"]);
  expect(exported.models).toEqual({});
});

test("extensions at the root of two pages may differ", async () => {
  const other = (await edit("extensions", "x-root: { $ref: nowhere.yaml#/x }", "x-root: 2")).replace(
    "/v1/things",
    "/v1/others",
  );
  const { operations } = await generate({ "a.yaml": await readFixture("extensions"), "b.yaml": other });
  expect(Object.keys(operations)).toEqual(["POST /v1/things", "POST /v1/others"]);
});

test.each([
  [
    "two submits with one model's name",
    "/v2/pictures",
    "submit",
    /^b\.yaml:6: model pictures is both POST \/v1\/pictures and POST \/v2\/pictures \(at \/paths\/~1v2~1pictures\/post\)$/,
  ],
  [
    "a submit whose path ends in a parameter",
    "/v1/{model}",
    "submit",
    /^b\.yaml:6: POST \/v1\/\{model\} makes images, but its path does not end in a model's name \(at \/paths\/~1v1~1\{model\}\/post\)$/,
  ],
])("%s is refused with its line", async (_, path, role, reason) => {
  const page = `openapi: 3.0.3
info: { title: Another page, version: 1.0.0 }
security: [{ QueryKey: [] }]
paths:
  ${path}:
    post:
      x-role: ${role}
      responses: { "200": { description: Done } }
`;
  const first = await readFixture("security");
  const failure = generate({ "a.yaml": first, "b.yaml": page }).catch((error: Error) => error.message);
  expect(await failure).toMatch(reason);
});
