import { expect, test } from "vitest";
import { findTypeErrors } from "../support/compile.js";
import { generateFixture } from "./generation.js";

// Code that uses the generated types. What must not compile is marked, so that a type that is too wide is an error too.

const uses: Record<string, string> = {
  maps: `
    type Note = Body<"/v1/notes">;
    export const good: Note[] = [
      { labels: { a: "b" }, counts: { total: 1 }, text: null, level: null, point: null, points: [1, null] },
      { nested: { a: [{ x: 1 }] }, level: 2, point: { x: 1 }, whatever: 1 },
    ];
    interface Named { name: string }
    export const objects: Note = { free: { name: "a" } satisfies Named, mixed: { total: 1, other: "a" } };
    export const total = (note: Note): number | undefined => note.mixed?.total.valueOf();
    // @ts-expect-error
    export const mixed: Note = { mixed: { total: "1" } };
    // @ts-expect-error
    export const further: Note = { mixed: { total: 1, other: {} } };
    // @ts-expect-error
    export const label: Note = { labels: { a: 1 } };
    // @ts-expect-error
    export const level: Note = { level: 3 };
    // @ts-expect-error
    export const point: Note = { point: {} };
    // @ts-expect-error
    export const nothing: Note = { labels: null };`,
  circles: `
    type Tree = Body<"/v1/trees">;
    export const good: Tree = { name: "a", children: [{ name: "b", owner: { trees: { c: { name: "c" } } } }] };
    // @ts-expect-error
    export const bad: Tree = { name: "a", children: [{}] };
    type Pet = Body<"/v1/pets">;
    export const cat: Pet = { kind: "cat", name: "Tom", lives: 9 };`,
  alternatives: `
    type Shape = Body<"/v1/shapes">;
    export const good: Shape = { shape: { type: "circle", radius: 1 }, size: "2x3", named: { id: "1", name: "a" } };
    // @ts-expect-error
    export const bad: Shape = { shape: { type: "oval" } };
    // @ts-expect-error
    export const unnamed: Shape = { shape: { type: "circle" }, named: { name: "a" } };`,
  "null-3.1": `
    type Picture = Form<"/v1/pictures">;
    export const good: Picture = { prompt: "a", kind: "picture", style: null, size: 2, photo: new Blob([]), frame: null };
    // @ts-expect-error
    export const kind: Picture = { prompt: "a", kind: "film" };
    // @ts-expect-error
    export const photo: Picture = { prompt: "a", photo: "bytes" };
    // @ts-expect-error
    export const frame: Picture = { prompt: "a", frame: { color: "red" } };`,
  form: `
    type Filled = Form<"/v1/forms">;
    export const good: Filled = {
      title: "a", public: true, count: 1, tags: ["a"], camera: { lens: { focal: 1 } }, masks: [{ x: 1 }], matrix: [[1]],
      photos: [new Blob([])], seed: 1, mode: "fast",
    };
    // @ts-expect-error
    export const untitled: Filled = {};
    // @ts-expect-error
    export const mask: Filled = { title: "a", masks: [{ label: "a" }] };
    // @ts-expect-error
    export const mode: Filled = { title: "a", mode: "medium" };`,
  "odd-names": `
    type Choice = Body<"/v1/choices">;
    export const good: Choice[] = [
      { choice: "line\\nbreak", constructor: "a", "a b": "c", "a-b": 1, "狐狸": "x", example: { "a.b": "c" } },
      { choice: "back\\\\slash", constructor: "a", number: 1.5, mixed: null },
    ];
    // @ts-expect-error
    export const bad: Choice = { choice: "other" };`,
  parameters: `
    import createClient from "openapi-fetch";
    const client = createClient<paths>({ baseUrl: "https://api.example.com" });
    const path = { album: "a" };
    export const list = client.GET("/v1/albums/{album}/pictures", { params: { path, query: { limit: 1, tags: ["a"] } } });
    export const names = list.then(({ data }): string[] | undefined => data);
    export const put = client.PUT("/v1/albums/{album}", { params: { path }, body: { title: "a" } });
    // @ts-expect-error
    export const unnamed = client.DELETE("/v1/albums/{album}", {});
    // @ts-expect-error
    export const limit = client.GET("/v1/albums/{album}/pictures", { params: { path, query: { limit: "1" } } });
    // @ts-expect-error
    export const untitled = client.PUT("/v1/folders/{album}", { params: { path }, body: {} });`,
  security: `
    import { authentication, statusOperation } from "./operations.js";
    export const header: "X-Api-Key" = authentication.header;
    export const none: null = statusOperation;`,
  extensions: `
    export const good: Body<"/v1/things"> = { id: "1", kind: "small" };`,
  "only-3.1": `
    type Point = Body<"/v1/points">;
    export const good: Point = { at: [1, 2], label: null };
    // @ts-expect-error
    export const bad: Point = { at: [1, "2"] };`,
};

const preamble = `
  import type { paths } from "./schema.js";
  type Content<Path extends keyof paths> =
    paths[Path] extends { post: { requestBody: { content: infer Content } } } ? Content : never;
  export type Body<Path extends keyof paths> = Content<Path> extends { "application/json": infer Body } ? Body : never;
  export type Form<Path extends keyof paths> = Content<Path> extends { "multipart/form-data": infer Form } ? Form : never;`;

test("the generated code compiles, and its types allow what the document allows", async () => {
  const files = Object.entries(uses).map(async ([name, use]) => {
    const folder = `${name}`;
    const { files } = await generateFixture(name);
    return [
      ...["schema.ts", "operations.ts", "validators.ts"].map((file) => [
        `${folder}/${file}`,
        files.get(file)!,
      ]),
      [`${folder}/use.ts`, `${preamble}\n${use}`],
    ] as [string, string][];
  });
  expect(await findTypeErrors(Object.fromEntries((await Promise.all(files)).flat()))).toEqual([]);
});
